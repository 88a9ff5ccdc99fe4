//! Recovery codes: what somebody uses once when the app with the one-time codes is gone. Kept as keyed codes only.

use base::{SecretString, StaffId, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use zeroize::Zeroizing;

use super::recovery_code_entity::{Column, Entity, Model};
use crate::vault::MacPurpose;
use crate::{Context, Fault};

/// How many somebody gets at a time.
const COUNT: usize = 10;
/// Characters of a code, five bits each: 80 bits.
const CHARS: usize = 16;
/// Characters between two dashes.
const GROUP: usize = 4;
/// Digits and letters without those that look like others (Crockford's base32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A fresh code, as it is shown: `xxxx-xxxx-xxxx-xxxx`.
fn new_code() -> Result<Zeroizing<String>, Fault> {
    let mut random = Zeroizing::new([0_u8; CHARS]);
    getrandom::fill(&mut *random).map_err(|problem| Fault::new(problem.to_string()))?;
    let mut code = Zeroizing::new(String::new());
    for (place, byte) in random.iter().enumerate() {
        if place > 0 && place.is_multiple_of(GROUP) {
            code.push('-');
        }
        // A byte has eight times as many values as there are characters, so each comes as often as the others.
        let character = ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
        code.push(char::from(character));
    }
    Ok(code)
}

/// A code as somebody typed it, in its one form; `None` for what can't be one.
pub(super) fn tidied(typed: &str) -> Option<Zeroizing<String>> {
    let mut code = Zeroizing::new(String::new());
    for character in typed
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
    {
        let character = match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        if code.len() == CHARS || !u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        code.push(character);
    }
    (code.len() == CHARS).then_some(code)
}

fn mac(context: &Context, staff: StaffId, code: &str) -> Vec<u8> {
    let key = context.vault.mac_key(MacPurpose::RecoveryCode);
    key.mac(&[staff.as_bytes(), code.as_bytes()]).as_bytes().to_vec()
}

/// Makes somebody's codes anew; those from before are worth nothing.
pub(in crate::staff) async fn make(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
) -> Result<Vec<SecretString>, Fault> {
    delete(on, staff).await?;
    let mut codes = Vec::with_capacity(COUNT);
    let mut rows = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let code = new_code()?;
        let form = tidied(&code).ok_or_else(|| Fault::new("a new recovery code is none"))?;
        let row = Model {
            staff_id: *staff.as_uuid(),
            code_mac: mac(context, staff, &form),
            used_at: None,
        };
        rows.push(row.into_active_model());
        codes.push(SecretString::new(code.to_string()));
    }
    Entity::insert_many(rows).exec_without_returning(on).await?;
    Ok(codes)
}

/// Uses a code in its one form up. Of two who try at once, one is told that it was there.
pub(super) async fn use_up(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    code: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Some(now.as_millis()).into())
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .filter(Column::CodeMac.eq(mac(context, staff, code)))
        .filter(Column::UsedAt.is_null())
        .exec(on)
        .await?;
    Ok(used.rows_affected == 1)
}

/// How many codes somebody has left.
pub(in crate::staff) async fn left(on: &impl ConnectionTrait, staff: StaffId) -> Result<usize, Fault> {
    let left = Entity::find()
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .filter(Column::UsedAt.is_null())
        .count(on)
        .await?;
    usize::try_from(left).map_err(Fault::new)
}

/// Takes all of somebody's codes away.
pub(in crate::staff) async fn delete(on: &impl ConnectionTrait, staff: StaffId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_sixteen_readable_characters_in_groups_and_another_each_time() {
        let code = new_code().unwrap();
        assert_eq!(code.len(), 19);
        assert!(code.split('-').all(|group| group.len() == 4));
        assert_ne!(*code, *new_code().unwrap());
        assert_eq!(tidied(&code).unwrap().len(), CHARS);
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let form = tidied("01ab-cdef-ghjk-mnpq").unwrap();
        for typed in [
            "01ABCDEFGHJKMNPQ",
            " oiab cdef ghjk mnpq ",
            "OLab-cdefghjk-mnpq",
            "0-1-a-b cdefghjkmnpq",
        ] {
            assert_eq!(tidied(typed).as_ref(), Some(&form), "{typed}");
        }
        for wrong in [
            "",
            "01ab-cdef-ghjk-mnp",
            "01ab-cdef-ghjk-mnpqr",
            "01ab-cdef-ghjk-mnpu",
            "01ab_cdef_ghjk_mnpq",
            "åäö",
        ] {
            assert!(tidied(wrong).is_none(), "{wrong}");
        }
    }
}
