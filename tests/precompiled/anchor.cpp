// The program that has the precompiled header as a by-product.
int main() {}
