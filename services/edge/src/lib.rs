//! TLS, links and sessions: speaks TMTP to clients and gRPC to delivery.
