//! Handlers of events that are not HTTP requests, through the public interface.

mod dispatch;
