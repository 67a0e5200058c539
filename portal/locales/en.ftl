## What every page has.
skip = Skip to the content
main-menu = Main menu
language = Language
you-are-here = You are here
user-profile = User profile
administration = Administration
sign-out = Sign out
sign-in = Sign in
cancel = Cancel
submit = Submit
next = Next
save = Save
done = Done
remove = Remove
copy = Copy
copied = Copied
print = Print
search = Search
to-start = To the start page
request-id = If you ask for help, give this number:
wait-seconds = { $count ->
    [one] Wait { $count } second.
   *[other] Wait { $count } seconds.
 }
seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
 }

## Sign-in.
login-name = Login name
password = Password
wrong-password = The login name or the password is wrong.
too-many = There were too many attempts, so this one was not looked at. If it goes on, ask your administrator.
locked = This account is locked. Ask your administrator.
enter-code = Enter the code
enter-code-how = Open your authenticator app and type the six digits that it shows now.
code = Code
wrong-code = This code is wrong or was used already. Type the next one as soon as your phone shows it.
code-just-used = This account’s last code is used. Wait for the next one.
go-on-now = You can go on now.
too-many-codes = There were too many wrong codes, so this one was not looked at. If it goes on, ask your administrator.
lost-phone = Don’t have your phone?
recovery-code = Recovery code
recovery-code-how = Type one of the recovery codes that you kept when you registered your device. Each works once.
wrong-recovery-code = This is none of your unused recovery codes.
ask-administrator = You have none? Ask your administrator to reset your multi-factor authentication.
back-to-code = Back to the code
new-password-title = Choose a new password
one-time-used = Your password was for one use. Choose your own now.
password-rule = { $count ->
    [one] At least { $count } character. A few words in a row are good.
   *[other] At least { $count } characters. A few words in a row are good.
 }
old-password = Current password
new-password-field = New password
password-again = Repeat the new password
old-password-is-wrong = The current password is wrong.
confirm-title = Confirm that it is you
confirm-why = You signed in a while ago. Type your password again before you change how you sign in.
confirm = Confirm
password-too-short = This password is too short.
password-too-long = This password is longer than 256 characters.
password-is-the-name = The password must not be your login name.
password-too-simple = This password is one character over and over.
password-differs = The two new passwords are not the same.
password-is-the-old-one = Choose another password than the one for one use.

## User profile and access controls.
role = Role
role-admin = Administrator
role-agent = Agent
devices = Devices
devices-count = { $count ->
    [0] No registered device
    [one] { $count } registered device
   *[other] { $count } registered devices
 }
was-reset = An administrator reset your multi-factor authentication. Codes of your earlier devices are not accepted any more.
no-device-yet = Your account is protected by a password alone.
access-controls = Access controls
access-controls-what = Mobile authentication, recovery codes, password
password-what = Change your password
said-password-changed = Your password is changed. All other sessions are ended.
recovery-codes = Recovery codes
recovery-codes-what = A recovery code lets you in once when your phone is not at hand. Keep them where your phone is not.
recovery-codes-left = { $count ->
    [0] No recovery code left
    [one] { $count } recovery code left
   *[other] { $count } recovery codes left
 }
recovery-codes-few = { $count ->
    [0] You have no recovery codes.
    [one] You have { $count } recovery code left.
   *[other] You have { $count } recovery codes left.
 }
recovery-codes-once = Keep these codes now, on paper or in a password manager: they are shown this once. Each lets you in once without your phone.
recovery-codes-replace = New codes make all earlier ones useless.
recovery-codes-need-device = Recovery codes stand in for a device: register one first.
make-recovery-codes = Make new recovery codes
i-have-kept-them = I have kept them
i-have-kept-it = I have kept it
i-have-passed-it-on = I have passed it on

## Mobile authentication.
mobile-authentication = Mobile authentication
register-new-device = Register new device
no-devices = No device is registered. Register one, and your password alone is not enough.
pending-devices = Not finished
registered-devices = Registered
go-on = Go on
minutes-left = { $count ->
    [one] Can be finished for { $count } minute
   *[other] Can be finished for { $count } minutes
 }
registered-at = Created { $time } UTC
last-used-at = last used { $time } UTC
remove-device-question = Remove “{ $name }”?
remove-device-consequence = Its codes are not accepted any more. With your last device your recovery codes go too. If you need it again, register the device anew.
cancel-registration-question = Cancel the registration of “{ $name }”?
cancel-registration-consequence = Its QR code is worth nothing then. If you scanned it already, delete the entry in the app. Your other devices and your recovery codes stay.
cancel-registration = Cancel the registration
said-device-removed = The device is removed.
said-registration-cancelled = The registration is cancelled.
said-registration-over = This registration is over: it ran out or was finished. Register the device anew if it is not in the list.
device-name = Device name
name-how = Name your device, for example “Ana’s phone”. The app shows the name just as you type it; upper and lower case matter.
name-empty = Give the device a name.
name-too-long = The name is longer than 64 characters.
name-has-colon = The name must not have a colon.
name-has-outer-space = The name must not begin or end with a space: some apps leave it out, and would then ask for another name.
name-is-garbled = A character of the name was lost on the way. Type it anew.
name-has-bad-character = The name has a character that cannot be seen. Type it anew.
name-taken = You have a device of this name already. Choose another name, or remove that device first.
name-differs-by-case = You have another device “{ $name }”, whose name differs from this one in upper and lower case only. They are two devices.
too-many-devices = You have 20 devices. Remove one first.
scan-title = Scan the QR code
said-new-qr-code = This is a new QR code. An entry that you scanned before does not fit it: delete it in the app and scan this one.
first-time = This is shown until your phone is registered, and not again. From then on you type a code at every sign-in.
qr-code = QR code with the key of this device
step-scan = On your phone, tap “Scan QR” under “Verify device” and scan this code. Any authenticator app can.
step-code = Type the six digits that the app shows and submit them here.
step-continue = Then tap “Continue” on your phone.
on-this-phone = On this phone? Open the app
cannot-scan = Not able to scan the QR code?
cannot-scan-how = Enter these values in the app. The device name is case-sensitive.
key = Key
type = Type
type-totp = Time-based (TOTP)
algorithm = Algorithm
digits = Digits
period = Period
one-time-code = One-time code
wrong-first-code = This code does not fit. Check that the app shows this device, and type the code that it shows now.
registration-minutes-left = { $count ->
    [one] This registration can be finished for { $count } more minute.
   *[other] This registration can be finished for { $count } more minutes.
 }
device-registered = Device registered
device-registered-what = “{ $name }” is registered. At your next sign-in, wait for a new code: this one is used.
tap-continue = Now tap “Continue” on your phone.

## Administration.
users = Users
audit-log = Audit log
api-keys = Site keys
search-users = Search for a login name
mfa = Multi-factor authentication
mfa-required = Required
mfa-optional = Optional
state = State
is-locked = Locked
is-active = Active
nobody-found = No user has this name.
most-users = { $count ->
    [one] At most { $count } user is shown. Search for the others.
   *[other] At most { $count } users are shown, by login name. Search for the others.
 }
add-user = Add user
add-user-how = The password is made here, is shown once, and is for one use.
mfa-required-check = Multi-factor authentication is required
admin-check = Administrator
login-empty = Give a login name.
login-too-long = The login name is longer than 64 characters.
login-has-bad-character = The login name has a character that cannot be seen.
login-taken = This login name is taken, perhaps in other upper and lower case.
one-time-password-of = One-time password of { $name }
one-time-password-once = Pass it on in person or by telephone. It is shown this once, and has to be changed at the first sign-in.
no-devices-of-user = This user has no devices.
created = Created
last-used = Last used
revoke = Revoke
state-registered = Registered
state-pending = Pending
state-expired = Ran out
state-rejected = Rejected
audit-of-user = Audit log of this user
reset-mfa = Reset MFA
reset-mfa-question = Reset the multi-factor authentication of { $name }?
reset-mfa-consequence = All devices and recovery codes of this user are revoked and all sessions ended. At the next sign-in the user configures a device as if for the first time.
new-password = New password
new-password-question = Make a new one-time password for { $name }?
new-password-consequence = The present password stops working, and all sessions of this user end.
lock = Lock
lock-question = Lock the account of { $name }?
lock-consequence = The user is signed out at once and cannot sign in until you unlock the account.
unlock = Unlock
unlock-question = Unlock the account of { $name }?
unlock-consequence = The user can sign in again, and wrong passwords and codes up to now are forgotten.
require-mfa = Require MFA
require-mfa-question = Require multi-factor authentication of { $name }?
require-mfa-consequence = At the next sign-in the user has to have a device, or to register one.
waive-mfa = Do not require MFA
waive-mfa-question = No longer require multi-factor authentication of { $name }?
waive-mfa-consequence = A user without a device gets in by the password alone. Devices that are registered are still asked for.
said-reset-mfa = The multi-factor authentication is reset.
said-lock = The account is locked.
said-unlock = The account is unlocked.
said-require-mfa = Multi-factor authentication is required from now on.
said-waive-mfa = Multi-factor authentication is not required any more.
revoke-question = Revoke “{ $name }”?
revoke-consequence = Its codes are not accepted any more, and the phone is told that it was rejected.
api-keys-what = A site uses its key to have codes checked here.
site = Site
make-key = Make a key
api-key-of = Key of { $name }
api-key-once = Give it to the site’s server. It is shown this once.
key-name-is-wrong = Give a name of 1 to 64 characters.
revoked-at = Revoked { $time } UTC
said-key-revoked = The key is revoked.
who = Who
what = What
to-whom = To whom
when = When (UTC)
detail = Detail
address = Address
everything = Everything
from-day = From
until-day = Until
filter = Filter
export-csv = Export as CSV
nothing-found = There is nothing of that kind.
most-lines = { $count ->
    [one] The newest line is shown; the export has more.
   *[other] At most { $count } lines are shown, the newest first; the export has more.
 }

## PINs by SMS.
pins = SMS PINs
pins-restricted = SMS is a restricted authenticator (NIST SP 800-63B): numbers are taken over and messages read by others. Offer a device that shows codes as the better way.
pins-no-gateway = No SMS gateway is set up, so nothing is sent; docs/sms.md tells how.
pins-none = No application yet. An app’s server makes one by the API, with a key of the page beside.
inbox = Developer’s inbox
inbox-what = These messages went to no phone: the gateway is this page.
application = Application
sent = Sent
delivered = Delivered
verified = Verified
conversion = Conversion
failures = Failures
cost = Cost
may-send = It may send
is-switched-off = Its own server has switched it off.
may-verify-again = A number that was verified may be verified again
allowed-prefixes = Prefixes that may be sent to (none: all)
cost-ceiling = Most that a day may cost (0: no ceiling)
pin-attempts = Tries for a PIN
pin-life = How long a PIN is right, like 15m
verify-limit = Tries of a number within a time, like 1/3s
application-limit = PINs of the application within a time, like 10000/1d
number-limit = PINs to a number within a time, like 3/1d
limits-are-wrong = One of these cannot be read. Write them like the examples; prefixes are digits with spaces between.
messages = Messages
phone-number = Phone number
tries = Tries
said-application-saved = The application is saved.
message-queued = Waiting
message-sent = Sent
message-delivered = Delivered
message-undelivered = Not delivered
message-failed = Refused
message-expired = Given up
edit = Edit
limits = Limits
block-limit = Messages to a thousand neighbouring numbers within a time, like 20/1h
country-limit = Messages to one country within a time, like 500/1h (empty: no limit)
stopped-block = Stopped: more messages to neighbouring numbers than allowed, as when somebody pumps SMS.
stopped-country = Stopped: more messages to one country than allowed.
stopped-cost = Stopped: what a day may cost is reached.
message-templates = Message templates
message-template = Message template
new-template = New message template
message-text = Text, with {"{{pin}}"} for the PIN
add-autofill = Add the line for autofill
sender-name = Sender (a number, or up to 11 letters and digits)
pin-kind = PIN made of
pin-kind-numeric = Digits
pin-kind-alpha = Letters
pin-kind-hex = Hexadecimal digits
pin-kind-alphanumeric = Letters and digits
pin-length = Length of the PIN (4 to 32)
template-is-wrong = The text has to hold the PIN and at most 1000 characters; the PIN has 4 to 32 characters; the sender is a number or up to 11 letters and digits.
template-is-for-phones = This application sends to the portal’s own phones: their PIN is made of 4 to 10 digits.
said-template-saved = The message template is saved.
pins-offer = Require a device that shows codes
confirmed-number = Confirmed phone number
number-restricted = A message can be read by others and a number taken over. A device that shows codes is safer.
number = This is no phone number that can get an SMS; give it with its country code.
no-gateway = No SMS gateway is set up here, so no PIN can be sent.
key-use = What it is for
key-use-verify = Have codes checked
key-use-pins = Send and verify PINs by SMS
key-use-manage = Send and verify PINs, and manage applications
key-use-report = A gateway’s delivery reports
key-application = For which application, if it is for PINs
key-for-all = All applications

## Refusals.
refused-token = Sign in first, or give a valid token.
refused-not-admin = Only an administrator can do this.
refused-not-found = There is no such page or thing.
refused-forged = This form is too old or was made elsewhere. Load the page again.
refused-too-large = This is too much at once.
refused-method = This cannot be done here.
refused-malformed = This request cannot be understood.
refused-wait = There were too many attempts.
refused-broken = Something is broken on our side. Nothing of yours is lost; try again in a moment.
one-time-on-phone = This password is for one use: sign in on the web first and choose your own.
