//! The domain: a module per word of the design; SQL and blob storage stay inside it.
