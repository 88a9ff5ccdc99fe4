//! What keys have in common that are generated here and stored by somebody else.

/// Makes such keys.
macro_rules! stored_key {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        pub struct $name($crate::hazmat::Key);

        impl $name {
            /// A fresh key.
            #[must_use]
            pub fn generate() -> Self {
                Self($crate::hazmat::Key::generate())
            }

            /// Takes the key as it was stored.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self($crate::hazmat::Key::from_bytes(bytes))
            }

            /// The key's bytes, for the key provider to store. Each call is a place that a reviewer looks at.
            #[must_use]
            pub const fn expose(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }
        }
    )+};
}
pub(crate) use stored_key;
