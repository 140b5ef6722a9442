//! stub
pub(crate) fn init() {}
pub(crate) fn init_local() {}
pub(crate) fn span(_: &crate::Invocation, cold_start: bool) -> tracing::Span {
    tracing::info_span!("invocation", cold_start, route = tracing::field::Empty)
}
