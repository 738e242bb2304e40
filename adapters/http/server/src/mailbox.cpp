#include "mailbox.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace stimmbuch::http {

void Mailbox::push(std::shared_ptr<Wakeable> item) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  items_.push_back(std::move(item));
  // Under the lock, so that close() cannot return while the io_context is being used here.
  if (items_.size() == 1) boost::asio::post(context_, [this] { deliver(); });
}

void Mailbox::deliver() {
  {
    const std::lock_guard lock(mutex_);
    delivering_.swap(items_);
  }
  for (const auto& item : delivering_) item->wake();
  delivering_.clear();
}

void Mailbox::close() {
  // What nobody will fetch any more may hold this mailbox, and would keep both for ever.
  std::vector<std::shared_ptr<Wakeable>> left;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  left.swap(items_);
}

}  // namespace stimmbuch::http
