//! Staff as they come and go.

mod invitations;
mod passwords;
mod sessions;
mod sign_in;
