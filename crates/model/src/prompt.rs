//! The prompt of a mention: what an assistant is told of a thread.
