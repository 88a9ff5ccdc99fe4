### The page where a person sees and ends their own sign-ins.

sessions-title = Your sign-ins
sessions-lead = { $count ->
    [one] You are only signed in here.
   *[other] You are signed in with { $count } browsers.
}
sessions-this = This device
sessions-same-network = The same network as you use now
sessions-signed-in = Signed in { $at }
sessions-last-used = Last used { $at }
sessions-today = today at{"\u00A0"}{ $hour }:{ $minute }
sessions-end = Sign out there
sessions-end-others = Sign out everywhere but here
sessions-one-ended = That sign-in has ended.
sessions-others-ended = Now you are only signed in here.
sessions-unfamiliar = Is there a sign-in that you do not recognise?
sessions-unfamiliar-body = Sign out there. Do you think that someone else has used your e‑ID? Block it with whoever issued it, for example your bank.
sessions-unfamiliar-staff-body = Sign out there and change your password. Tell an admin of your organisation too.
sessions-described = We describe the device as its web browser says it is. That may be wrong.

## Devices

sessions-device = { $browser } on { $system }
sessions-device-no-browser = Unknown web browser on { $system }
sessions-device-no-system = { $browser } on an unknown device
sessions-device-unknown = Unknown device
sessions-mac-or-ipad = a Mac or iPad

## Places

sessions-place-near = Near { $city }, { $country }
sessions-place-city = Near { $city }
sessions-place-country = Country: { $country }
sessions-place-described = The place is worked out from the network. It is approximate and may be quite wrong, above all in mobile networks.

## When somebody signs in from a new kind of device

new-devices-title = { $count ->
    [one] Someone signed in from a new kind of device
   *[other] Someone signed in from new kinds of devices
}
new-devices-one = { $device }, { $at }
new-devices-place = { $device }, { $at }. { $place }
new-devices-not-me = Was it not you? Sign out there, and block your e‑ID with whoever issued it, for example your bank.
new-devices-was-me = { $count ->
    [one] It was me
   *[other] It was me each time
}
new-devices-sessions = See where you are signed in

## Before the time is over

countdown-title = Signing out
countdown-idle = You will soon be signed out, because you have not done anything for a while.
countdown-absolute = You will soon be signed out, because you have been signed in for as long as you can be. Sign in again if you are not done.
countdown-stay = Stay signed in
