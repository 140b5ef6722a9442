//! The structure of documents.
