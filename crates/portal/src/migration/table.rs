//! How the steps write a table: a list of columns, the same for both databases.

use sea_orm_migration::prelude::*;

/// What a column holds. One list for both databases, so that they can't drift apart.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Id,
    Time,
    Number,
    SmallNumber,
    Text,
    Bytes,
}
/// A column's name and kind; a `?` behind the name allows NULL.
pub(super) type Column = (&'static str, Kind);

/// A table of these columns.
pub(super) fn table(name: &'static str, columns: &[Column], primary_key: &[&'static str]) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for &(name, kind) in columns {
        let (name, nullable) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
        let mut column = ColumnDef::new(name);
        match kind {
            Kind::Id => column.uuid(),
            Kind::Time | Kind::Number => column.big_integer(),
            Kind::SmallNumber => column.integer(),
            Kind::Text => column.text(),
            Kind::Bytes => column.binary(),
        };
        if nullable {
            column.null();
        } else {
            column.not_null();
        }
        table.col(column);
    }
    let mut key = Index::create();
    for &column in primary_key {
        key.col(column);
    }
    table.primary_key(&mut key);
    table
}

/// The table with a column that names a row of another.
pub(super) fn refers(mut table: TableCreateStatement, column: &'static str, to: &'static str) -> TableCreateStatement {
    let from = table.get_table_name().cloned();
    let mut key = ForeignKey::create();
    if let Some(from) = from {
        key.from_tbl(from);
    }
    table.foreign_key(key.from_col(column).to(to, "id"));
    table
}
