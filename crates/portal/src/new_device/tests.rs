//! What is kept of the kinds of devices that somebody has signed in from. Who is told is tested with staff and recipients.

use base::{RecipientId, StaffId};
use keyring::Field;

use super::{Owner, note, store};
use crate::test_support::on_both_databases;
use crate::vault::MacPurpose;
use crate::{BrowserFamily, Device, Place, PlaceName, SystemFamily, Whereabouts};

const PHONE: Device = Device {
    browser: BrowserFamily::Safari,
    system: SystemFamily::Iphone,
};

on_both_databases! {
    async fn a_row_is_bound_to_its_table_column_owner_and_device(portal: TestPortal) {
        let context = &portal.portal.0;
        let place = Place::new(None, PlaceName::new("Norge", "Norway"));
        let from = Whereabouts { device: PHONE, place: place.clone() };
        let staff = portal.first_admin().await.staff_id();
        let recipient = context.ids.next_recipient();
        for (owner, purpose, table) in [
            (Owner::Staff(staff), MacPurpose::StaffDevice, "staff_device"),
            (Owner::Recipient(recipient), MacPurpose::RecipientDevice, "recipient_device"),
        ] {
            let transaction = context.database.write().await.unwrap();
            note(context, &transaction, owner, &from, false).await.unwrap();
            transaction.commit().await.unwrap();
            let rows = store::untold(context.database.reader(), owner, b"").await.unwrap();
            let row = &rows[0];
            let owner = owner.as_uuid().as_bytes();
            let mac = context.vault.mac_key(purpose).mac(&[owner, &PHONE.to_bytes()]);
            assert_eq!(row.device_mac, mac.as_bytes());
            let (key, place_of) = (context.vault.device_key(), [owner, &row.device_mac[..]].concat());
            let device = key.open_field(Field::new(table, "sealed_device", &place_of), &row.sealed_device);
            assert_eq!(device.unwrap()[..], PHONE.to_bytes());
            let sealed = row.sealed_place.as_ref().unwrap();
            let opened = key.open_field(Field::new(table, "sealed_place", &place_of), sealed).unwrap();
            assert_eq!(Place::from_bytes(&opened), place);
        }
    }

    async fn the_same_device_has_another_code_with_everybody(portal: TestPortal) {
        let context = &portal.portal.0;
        let uuid = *context.ids.next_recipient().as_uuid();
        let other = context.ids.next_recipient();
        let codes = [
            Owner::Recipient(RecipientId::from_uuid(uuid)),
            Owner::Recipient(other),
            // Even where an id were the same.
            Owner::Staff(StaffId::from_uuid(uuid)),
        ]
        .map(|owner| super::mac(context, owner, PHONE));
        assert!(codes[0] != codes[1] && codes[0] != codes[2] && codes[1] != codes[2]);
    }
}
