//! Typed client of API v1, and valv, the command that an organisation's systems run.
