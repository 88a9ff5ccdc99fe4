//! The staff's part of the program: the way in with a password and a second factor or with a work account, their account, the organisation's cases, and
//! what admins decide. Each route says which right it needs and is shut to roles without it; the use case behind it asks for that right again, and for
//! a fresh sign-in where one is needed.

mod account;
mod audit;
mod case;
mod cases;
mod confirm;
mod denied;
mod extracts;
mod holds;
mod id;
mod invitation;
mod last_organisation;
mod members;
mod own_sessions;
mod passkey;
mod password;
mod place;
mod protocols;
mod provisioning;
mod requests;
mod retention;
mod retention_approval;
mod return_to;
mod routes;
mod rules;
mod second_factor;
mod sign_in;
mod steps;
mod system_key_sets;
mod systems;
mod visitor;
mod work_account;

pub(crate) use invitation::invitation_address;
pub(crate) use place::Place;
pub(crate) use routes::routes;
pub(crate) use visitor::require;
