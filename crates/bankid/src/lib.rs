//! BankID Relying Party API v6: types, client, animated QR, hint codes.
