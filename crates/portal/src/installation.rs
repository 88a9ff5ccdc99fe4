//! Which installation this is: both databases, the key provider and the blob store say the same, or nothing starts.
