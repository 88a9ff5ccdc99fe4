//! The rows of the vault's tables.

pub(super) mod organisation_key {
    //! One version of an organisation's key, wrapped by the provider's root key.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisation_key")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) organisation_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) version: i32,
        pub(in crate::vault) root_version: i32,
        pub(in crate::vault) wrapped_key: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod register_key {
    //! One version of the register key, wrapped by the provider's root key.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_key")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) version: i32,
        pub(in crate::vault) root_version: i32,
        pub(in crate::vault) wrapped_key: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod day {
    //! A day that something is or was wrapped for.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "day")]
    pub(in crate::vault) struct Model {
        /// Days since 1970-01-01.
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) number: i32,
        /// The version of the day's secret that new keys are wrapped for.
        pub(in crate::vault) secret_version: i32,
        /// Something wrapped for this day was destroyed before it, so its remnants still open.
        pub(in crate::vault) marked: bool,
        /// Its secret was destroyed; nothing is wrapped for it again, whatever a clock says.
        pub(in crate::vault) over: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod content_key {
    //! The key of one message or document, wrapped for one organisation and day.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "content_key")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) owner_id: Uuid,
        pub(in crate::vault) organisation_id: Uuid,
        /// The version of the organisation's key.
        pub(in crate::vault) key_version: i32,
        pub(in crate::vault) day: i32,
        pub(in crate::vault) secret_version: i32,
        pub(in crate::vault) wrapped_key: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod recipient {
    //! A person, whose fields are sealed under a key of their own, which is wrapped for one day.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recipient")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) id: Uuid,
        /// The version of the register key.
        pub(in crate::vault) key_version: i32,
        pub(in crate::vault) day: i32,
        pub(in crate::vault) secret_version: i32,
        pub(in crate::vault) wrapped_key: Vec<u8>,
        /// What they are known by; the column's name is from when that was always a number.
        pub(in crate::vault) sealed_personnummer: Vec<u8>,
        pub(in crate::vault) sealed_name: Option<Vec<u8>>,
        /// The address for notifications that a sender or a directory gave.
        pub(in crate::vault) sealed_email: Option<Vec<u8>>,
        /// The address that they gave themselves and have proven to be theirs.
        pub(in crate::vault) sealed_own_email: Option<Vec<u8>>,
        /// The address that they gave themselves and have yet to prove.
        pub(in crate::vault) sealed_unproven_email: Option<Vec<u8>>,
        /// When somebody last asked for the person in order to refer to them.
        pub(in crate::vault) reserved_at: i64,
        /// Who they turned out to be.
        pub(in crate::vault) linked_to: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod recipient_index {
    //! A blind index of something that a person is known by. While the index key is replaced, there is one for each version.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recipient_index")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) index_version: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) blind_index: Vec<u8>,
        pub(in crate::vault) recipient_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod recipient_earlier_day {
    //! A day that a person's key was wrapped for before its present one.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recipient_earlier_day")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) recipient_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) day: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod extract_key {
    //! The key of one register extract, wrapped for the day on which it ends.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "extract_key")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) extract_id: Uuid,
        /// The version of the register key.
        pub(in crate::vault) key_version: i32,
        pub(in crate::vault) day: i32,
        pub(in crate::vault) secret_version: i32,
        pub(in crate::vault) wrapped_key: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod ended_day {
    //! A day that is over and whose end isn't dealt with in all its parts.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ended_day")]
    pub(in crate::vault) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::vault) number: i32,
        /// The audit log tells of it.
        pub(in crate::vault) logged: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::vault) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
