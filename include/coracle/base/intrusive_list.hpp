// A doubly linked list whose nodes live in their owners: waiters and connections cost no allocation.
#pragma once

namespace coracle {

/// Base of whatever can stand in one intrusive_list at a time. Leaves its list when it is destroyed.
class list_node {
public:
    list_node() noexcept = default;
    list_node(const list_node&) = delete;
    list_node& operator=(const list_node&) = delete;
    ~list_node() {
        if (linked()) [[unlikely]]  // an awaiter that was done at once never is: the test is cheaper than four stores
            unlink();
    }

    bool linked() const noexcept { return next_ != this; }
    void unlink() noexcept {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = this;
    }

private:
    template <class>
    friend class intrusive_list;
    void link_before(list_node& at) noexcept {
        previous_ = at.previous_;
        next_ = &at;
        at.previous_->next_ = this;
        at.previous_ = this;
    }
    list_node* previous_ = this;
    list_node* next_ = this;
};

/// First in, first out. T derives from list_node; the list owns nothing.
template <class T>
class intrusive_list {
public:
    bool empty() const noexcept { return !head_.linked(); }
    void push_back(T& item) noexcept { unlinked(item).link_before(head_); }
    void push_front(T& item) noexcept { unlinked(item).link_before(*head_.next_); }
    T& front() noexcept { return static_cast<T&>(*head_.next_); }
    T& pop_front() noexcept {
        T& item = front();
        static_cast<list_node&>(item).unlink();
        return item;
    }
    /// Moves everything of `other` behind what is here. O(1).
    void splice_back(intrusive_list& other) noexcept {
        if (other.empty()) return;
        list_node* first = other.head_.next_;
        list_node* last = other.head_.previous_;
        other.head_.previous_ = other.head_.next_ = &other.head_;
        first->previous_ = head_.previous_;
        head_.previous_->next_ = first;
        last->next_ = &head_;
        head_.previous_ = last;
    }
    /// Calls f(T&) for each, first to last; f may unlink the item it is given.
    template <class F>
    void for_each(F&& f) {
        for (list_node* node = head_.next_; node != &head_;) {
            list_node* following = node->next_;
            f(static_cast<T&>(*node));
            node = following;
        }
    }
    /// Calls f(T&) for one after the other, until it gives true; gives whether it did. f may unlink the item.
    template <class F>
    bool any(F&& f) {
        for (list_node* node = head_.next_; node != &head_;) {
            list_node* following = node->next_;
            if (f(static_cast<T&>(*node))) return true;
            node = following;
        }
        return false;
    }

private:
    static list_node& unlinked(T& item) noexcept {
        auto& node = static_cast<list_node&>(item);
        node.unlink();
        return node;
    }
    list_node head_;
};

}  // namespace coracle
