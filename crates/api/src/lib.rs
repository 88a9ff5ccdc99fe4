//! The wire types of API v1, for the server and its clients.
