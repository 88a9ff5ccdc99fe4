//! The rows of the tables that this module owns.

/// The rows of `provisioning_token`.
pub(crate) mod token {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "provisioning_token")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) organisation_id: Uuid,
        /// The directory of Entra ID that it is bound to.
        pub(crate) tenant_id: Option<Uuid>,
        pub(crate) name: String,
        pub(crate) token_hash: Vec<u8>,
        pub(crate) created_at: i64,
        pub(crate) expires_at: i64,
        pub(crate) last_used_at: Option<i64>,
        pub(crate) withdrawn_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The rows of `provisioned_staff`: what a directory says of an account. One that was given up keeps only that it was.
pub(crate) mod staff {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "provisioned_staff")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) staff_id: Uuid,
        pub(crate) organisation_id: Uuid,
        pub(crate) tenant_id: Option<Uuid>,
        /// The version of the key that the indexes were made with.
        pub(crate) index_version: Option<i32>,
        pub(crate) user_name_index: Option<Vec<u8>>,
        pub(crate) external_id_index: Option<Vec<u8>>,
        pub(crate) sealed_attributes: Option<Vec<u8>>,
        /// The role that the attribute `roles` names.
        pub(crate) role: Option<String>,
        /// When the directory shut the account; the account itself says who shut it last.
        pub(crate) shut_at: Option<i64>,
        pub(crate) created_at: i64,
        pub(crate) changed_at: i64,
        pub(crate) deleted_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The rows of `provisioned_group`.
pub(crate) mod group {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "provisioned_group")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) organisation_id: Uuid,
        pub(crate) tenant_id: Option<Uuid>,
        pub(crate) index_version: i32,
        pub(crate) display_name_index: Vec<u8>,
        pub(crate) sealed_attributes: Vec<u8>,
        /// The role that the group's name gives its members.
        pub(crate) role: Option<String>,
        pub(crate) created_at: i64,
        pub(crate) changed_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The rows of `provisioned_group_member`.
pub(crate) mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "provisioned_group_member")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) group_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) staff_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
