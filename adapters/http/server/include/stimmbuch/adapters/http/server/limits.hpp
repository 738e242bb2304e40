#pragma once

#include <chrono>
#include <cstddef>

namespace stimmbuch::http {

// Every bound of the server. The defaults are the documented ones.
struct Limits {
  // One request.
  std::size_t request_line_bytes = std::size_t{8} * 1024;  // beyond: 414
  std::size_t header_bytes = std::size_t{16} * 1024;       // beyond: 431
  std::size_t header_fields = 100;                         // beyond: 431
  std::size_t body_bytes = std::size_t{64} * 1024;         // beyond: 413; a route may have its own
  std::chrono::milliseconds header_timeout{10'000};        // from the first byte
  std::chrono::milliseconds body_timeout{10'000};  // and on top the received bytes at the slowest rate
  std::size_t body_bytes_per_second = std::size_t{8} * 1024;
  std::chrono::milliseconds answer_timeout{10'000};  // then 504; a route may have its own
  std::chrono::milliseconds write_timeout{30'000};   // per 64 KiB written

  // One connection.
  std::chrono::milliseconds idle_timeout{60'000};   // between requests
  std::chrono::milliseconds linger_timeout{2'000};  // for the client to close after the last answer
  std::size_t requests_per_connection = 1'000;

  // The whole server. An address is an IPv4 address or an IPv6 /64 network.
  std::size_t connections = 4'096;
  std::size_t connections_per_address = 256;
  std::size_t requests_in_progress = 8'192;  // beyond: 503
  std::size_t event_streams = 1'024;
  std::size_t event_streams_per_address = 32;
  bool count_loopback = false;  // whether the bounds per address hold for 127.0.0.0/8 and ::1 too

  // One event stream. A client that falls behind is disconnected.
  std::size_t queued_events = 64;
  std::size_t queued_event_bytes = std::size_t{256} * 1024;
  std::chrono::milliseconds event_comment_interval{15'000};
};

}  // namespace stimmbuch::http
