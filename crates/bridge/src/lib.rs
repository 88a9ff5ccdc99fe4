//! An OpenID Provider in front of BankID, and a simulator of BankID for development.
