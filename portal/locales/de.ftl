## What every page has.
skip = Zum Inhalt springen
main-menu = Hauptmenü
language = Sprache
you-are-here = Sie sind hier
user-profile = Benutzerprofil
administration = Verwaltung
sign-out = Abmelden
sign-in = Anmelden
cancel = Abbrechen
submit = Absenden
next = Weiter
save = Speichern
done = Fertig
remove = Entfernen
copy = Kopieren
copied = Kopiert
print = Drucken
search = Suchen
to-start = Zur Startseite
request-id = Wenn Sie um Hilfe bitten, geben Sie diese Nummer an:
wait-seconds = { $count ->
    [one] Warten Sie { $count } Sekunde.
   *[other] Warten Sie { $count } Sekunden.
 }
seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
 }

## Sign-in.
login-name = Benutzername
password = Passwort
wrong-password = Benutzername oder Passwort ist falsch.
too-many = Es gab zu viele Versuche, deshalb wurde dieser nicht geprüft. Wenn es so bleibt, fragen Sie Ihren Administrator.
locked = Dieses Konto ist gesperrt. Wenden Sie sich an Ihren Administrator.
enter-code = Code eingeben
enter-code-how = Öffnen Sie Ihre Authenticator-App und geben Sie die sechs Ziffern ein, die sie gerade zeigt.
code = Code
wrong-code = Dieser Code ist falsch oder wurde schon benutzt. Geben Sie den nächsten ein, sobald Ihr Telefon ihn zeigt.
code-just-used = Der letzte Code dieses Kontos ist verbraucht. Warten Sie auf den nächsten.
go-on-now = Sie können jetzt fortfahren.
too-many-codes = Es gab zu viele falsche Codes, daher wurde dieser nicht geprüft. Wenn das so weitergeht, wenden Sie sich an Ihren Administrator.
lost-phone = Ihr Telefon ist nicht zur Hand?
recovery-code = Wiederherstellungscode
recovery-code-how = Geben Sie einen der Wiederherstellungscodes ein, die Sie beim Registrieren Ihres Geräts aufbewahrt haben. Jeder gilt einmal.
wrong-recovery-code = Das ist keiner Ihrer unbenutzten Wiederherstellungscodes.
ask-administrator = Sie haben keinen? Bitten Sie Ihren Administrator, Ihre Multi-Faktor-Authentifizierung zurückzusetzen.
back-to-code = Zurück zum Code
new-password-title = Neues Passwort wählen
one-time-used = Ihr Passwort war ein Einmalpasswort. Wählen Sie jetzt ein eigenes.
password-rule = { $count ->
    [one] Mindestens { $count } Zeichen. Gut sind einige Wörter hintereinander.
   *[other] Mindestens { $count } Zeichen. Gut sind einige Wörter hintereinander.
 }
old-password = Bisheriges Passwort
new-password-field = Neues Passwort
password-again = Neues Passwort noch einmal
old-password-is-wrong = Das bisherige Passwort ist falsch.
confirm-title = Bestätigen Sie, dass Sie es sind
confirm-why = Ihre Anmeldung liegt eine Weile zurück. Geben Sie Ihr Passwort noch einmal ein, bevor Sie ändern, wie Sie sich anmelden.
confirm = Bestätigen
password-too-short = Dieses Passwort ist zu kurz.
password-too-long = Dieses Passwort ist länger als 256 Zeichen.
password-is-the-name = Das Passwort darf nicht Ihr Benutzername sein.
password-too-simple = Dieses Passwort wiederholt nur ein einziges Zeichen.
password-differs = Die beiden neuen Passwörter stimmen nicht überein.
password-is-the-old-one = Wählen Sie ein anderes Passwort als das Einmalpasswort.

## User profile and access controls.
role = Rolle
role-admin = Administrator
role-agent = Agent
devices = Geräte
devices-count = { $count ->
    [0] Kein registriertes Gerät
    [one] { $count } registriertes Gerät
   *[other] { $count } registrierte Geräte
 }
was-reset = Ein Administrator hat Ihre Multi-Faktor-Authentifizierung zurückgesetzt. Codes Ihrer früheren Geräte werden nicht mehr angenommen.
no-device-yet = Ihr Konto ist nur durch ein Passwort geschützt.
access-controls = Zugriffskontrolle
access-controls-what = Mobile Authentifizierung, Wiederherstellungscodes, Passwort
password-what = Passwort ändern
said-password-changed = Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet.
recovery-codes = Wiederherstellungscodes
recovery-codes-what = Mit einem Wiederherstellungscode melden Sie sich einmal an, wenn Ihr Telefon nicht zur Hand ist. Bewahren Sie die Codes getrennt vom Telefon auf.
recovery-codes-left = { $count ->
    [0] Kein Wiederherstellungscode übrig
    [one] { $count } Wiederherstellungscode übrig
   *[other] { $count } Wiederherstellungscodes übrig
 }
recovery-codes-few = { $count ->
    [0] Sie haben keine Wiederherstellungscodes.
    [one] Sie haben noch { $count } Wiederherstellungscode.
   *[other] Sie haben noch { $count } Wiederherstellungscodes.
 }
recovery-codes-once = Bewahren Sie diese Codes jetzt auf, auf Papier oder in einem Passwortmanager: Sie werden nur dieses eine Mal gezeigt. Mit jedem können Sie sich einmal ohne Ihr Telefon anmelden.
recovery-codes-replace = Neue Codes machen alle früheren ungültig.
recovery-codes-need-device = Wiederherstellungscodes ersetzen ein Gerät: Registrieren Sie zuerst eines.
make-recovery-codes = Neue Wiederherstellungscodes erzeugen
i-have-kept-them = Ich habe sie aufbewahrt
i-have-kept-it = Ich habe ihn aufbewahrt
i-have-passed-it-on = Ich habe es weitergegeben

## Mobile authentication.
mobile-authentication = Mobile Authentifizierung
register-new-device = Neues Gerät registrieren
no-devices = Es ist kein Gerät registriert. Mit einem Gerät kommt niemand allein mit Ihrem Passwort hinein.
pending-devices = Nicht abgeschlossen
registered-devices = Registriert
go-on = Fortsetzen
minutes-left = { $count ->
    [one] Kann noch { $count } Minute lang abgeschlossen werden
   *[other] Kann noch { $count } Minuten lang abgeschlossen werden
 }
registered-at = Angelegt { $time } UTC
last-used-at = zuletzt benutzt { $time } UTC
remove-device-question = „{ $name }“ entfernen?
remove-device-consequence = Die Codes dieses Geräts werden nicht mehr angenommen. Mit Ihrem letzten Gerät verfallen auch die Wiederherstellungscodes. Wenn Sie sie wieder brauchen, registrieren Sie das Gerät neu.
cancel-registration-question = Registrierung von „{ $name }“ abbrechen?
cancel-registration-consequence = Der QR-Code gilt dann nicht mehr. Wenn Sie ihn schon gescannt haben, löschen Sie den Eintrag in der App. Ihre anderen Geräte und Ihre Wiederherstellungscodes bleiben.
cancel-registration = Registrierung abbrechen
said-device-removed = Das Gerät ist entfernt.
said-registration-cancelled = Die Registrierung ist abgebrochen.
said-registration-over = Diese Registrierung ist vorbei: Sie ist abgelaufen oder wurde abgeschlossen. Registrieren Sie das Gerät neu, wenn es nicht in der Liste steht.
device-name = Gerätename
name-how = Geben Sie Ihrem Gerät einen Namen, zum Beispiel „Anas Telefon“. Die App zeigt den Namen genau so, wie Sie ihn eingeben; Groß- und Kleinschreibung zählt.
name-empty = Geben Sie dem Gerät einen Namen.
name-too-long = Der Name ist länger als 64 Zeichen.
name-has-colon = Der Name darf keinen Doppelpunkt enthalten.
name-has-outer-space = Der Name darf nicht mit einem Leerzeichen beginnen oder enden: Manche Apps lassen es weg und fragen dann nach einem anderen Namen.
name-is-garbled = Ein Zeichen des Namens ging unterwegs verloren. Geben Sie ihn neu ein.
name-has-bad-character = Der Name enthält ein unsichtbares Zeichen. Geben Sie ihn neu ein.
name-taken = Sie haben schon ein Gerät mit diesem Namen. Wählen Sie einen anderen Namen oder entfernen Sie zuerst jenes Gerät.
name-differs-by-case = Sie haben ein anderes Gerät „{ $name }“, dessen Name sich von diesem nur in der Groß- und Kleinschreibung unterscheidet. Es sind zwei Geräte.
too-many-devices = Sie haben 20 Geräte. Entfernen Sie zuerst eines.
scan-title = QR-Code scannen
said-new-qr-code = Das ist ein neuer QR-Code. Ein Eintrag, den Sie zuvor gescannt haben, passt nicht dazu: Löschen Sie ihn in der App und scannen Sie diesen.
first-time = Das wird gezeigt, bis Ihr Telefon registriert ist, und danach nicht mehr. Von da an geben Sie bei jeder Anmeldung einen Code ein.
qr-code = QR-Code mit dem Schlüssel dieses Geräts
step-scan = Tippen Sie auf Ihrem Telefon unter „Gerät bestätigen“ auf „QR scannen“ und scannen Sie diesen Code. Jede Authenticator-App kann das.
step-code = Geben Sie die sechs Ziffern, die die App zeigt, hier ein und senden Sie sie ab.
step-continue = Tippen Sie dann auf Ihrem Telefon auf „Weiter“.
on-this-phone = Sie lesen das auf eben diesem Telefon? App öffnen
cannot-scan = Sie können den QR-Code nicht scannen?
cannot-scan-how = Geben Sie diese Werte in der App ein. Beim Gerätenamen zählt Groß- und Kleinschreibung.
key = Schlüssel
type = Art
type-totp = Nach Zeit (TOTP)
algorithm = Algorithmus
digits = Ziffern
period = Periode
one-time-code = Einmalcode
wrong-first-code = Dieser Code passt nicht. Prüfen Sie, ob die App dieses Gerät zeigt, und geben Sie den Code ein, den sie gerade zeigt.
registration-minutes-left = { $count ->
    [one] Diese Registrierung kann noch { $count } Minute lang abgeschlossen werden.
   *[other] Diese Registrierung kann noch { $count } Minuten lang abgeschlossen werden.
 }
device-registered = Gerät registriert
device-registered-what = „{ $name }“ ist registriert. Warten Sie bei der nächsten Anmeldung auf einen neuen Code: Dieser ist verbraucht.
tap-continue = Tippen Sie jetzt auf Ihrem Telefon auf „Weiter“.

## Administration.
users = Benutzer
audit-log = Audit-Protokoll
api-keys = Schlüssel der Websites
search-users = Benutzernamen suchen
mfa = Multi-Faktor-Authentifizierung
mfa-required = Verlangt
mfa-optional = Freiwillig
state = Status
is-locked = Gesperrt
is-active = Aktiv
nobody-found = Niemand heißt so.
most-users = { $count ->
    [one] Höchstens { $count } Benutzer wird gezeigt. Suchen Sie nach den anderen.
   *[other] Höchstens { $count } Benutzer werden gezeigt, nach Benutzernamen geordnet. Suchen Sie nach den anderen.
 }
add-user = Benutzer hinzufügen
add-user-how = Das Passwort wird hier erzeugt, einmal gezeigt und ist ein Einmalpasswort.
mfa-required-check = Multi-Faktor-Authentifizierung wird verlangt
admin-check = Administrator
login-empty = Geben Sie einen Benutzernamen an.
login-too-long = Der Benutzername ist länger als 64 Zeichen.
login-has-bad-character = Der Benutzername enthält ein unsichtbares Zeichen.
login-taken = Dieser Benutzername ist vergeben, vielleicht in anderer Groß- und Kleinschreibung.
one-time-password-of = Einmalpasswort von { $name }
one-time-password-once = Geben Sie es persönlich oder am Telefon weiter. Es wird nur dieses eine Mal gezeigt und muss bei der ersten Anmeldung geändert werden.
no-devices-of-user = Dieser Benutzer hat keine Geräte.
created = Angelegt
last-used = Zuletzt benutzt
revoke = Widerrufen
state-registered = Registriert
state-pending = Ausstehend
state-expired = Abgelaufen
state-rejected = Abgelehnt
audit-of-user = Audit-Protokoll dieses Benutzers
reset-mfa = MFA zurücksetzen
reset-mfa-question = Multi-Faktor-Authentifizierung von { $name } zurücksetzen?
reset-mfa-consequence = Alle Geräte und Wiederherstellungscodes dieses Benutzers werden widerrufen und alle Sitzungen beendet. Bei der nächsten Anmeldung richtet der Benutzer ein Gerät wie beim ersten Mal ein.
new-password = Neues Passwort
new-password-question = Neues Einmalpasswort für { $name } erzeugen?
new-password-consequence = Das bisherige Passwort gilt nicht mehr, und alle Sitzungen dieses Benutzers enden.
lock = Sperren
lock-question = Konto von { $name } sperren?
lock-consequence = Der Benutzer wird sofort abgemeldet und kann sich nicht anmelden, bis Sie das Konto entsperren.
unlock = Entsperren
unlock-question = Konto von { $name } entsperren?
unlock-consequence = Der Benutzer kann sich wieder anmelden, und bisherige falsche Passwörter und Codes sind vergessen.
require-mfa = MFA verlangen
require-mfa-question = Multi-Faktor-Authentifizierung von { $name } verlangen?
require-mfa-consequence = Bei der nächsten Anmeldung muss der Benutzer ein Gerät haben oder eines registrieren.
waive-mfa = MFA nicht verlangen
waive-mfa-question = Multi-Faktor-Authentifizierung von { $name } nicht mehr verlangen?
waive-mfa-consequence = Ein Benutzer ohne Gerät kommt allein mit dem Passwort hinein. Nach registrierten Geräten wird weiterhin gefragt.
said-reset-mfa = Die Multi-Faktor-Authentifizierung ist zurückgesetzt.
said-lock = Das Konto ist gesperrt.
said-unlock = Das Konto ist entsperrt.
said-require-mfa = Multi-Faktor-Authentifizierung wird ab jetzt verlangt.
said-waive-mfa = Multi-Faktor-Authentifizierung wird nicht mehr verlangt.
revoke-question = „{ $name }“ widerrufen?
revoke-consequence = Die Codes dieses Geräts werden nicht mehr angenommen, und das Telefon erfährt, dass es abgelehnt wurde.
api-keys-what = Mit einem solchen Schlüssel lässt eine Website Codes hier prüfen.
site = Website
make-key = Schlüssel erzeugen
api-key-of = Schlüssel von { $name }
api-key-once = Geben Sie ihn dem Server der Website. Er wird nur dieses eine Mal gezeigt.
key-name-is-wrong = Geben Sie einen Namen mit 1 bis 64 Zeichen an.
revoked-at = Widerrufen { $time } UTC
said-key-revoked = Der Schlüssel ist widerrufen.
who = Wer
what = Was
to-whom = Wen es betrifft
when = Wann (UTC)
detail = Einzelheiten
address = Adresse
everything = Alles
from-day = Von
until-day = Bis
filter = Filtern
export-csv = Als CSV exportieren
nothing-found = Es gibt nichts dieser Art.
most-lines = { $count ->
    [one] Höchstens { $count } Zeile wird gezeigt, die neueste; der Export enthält mehr.
   *[other] Höchstens { $count } Zeilen werden gezeigt, die neuesten zuerst; der Export enthält mehr.
 }

## PINs by SMS.
pins = SMS-PINs
pins-restricted = SMS ist ein eingeschränkter Authentifikator (NIST SP 800-63B): Nummern werden übernommen, Nachrichten von anderen gelesen. Bieten Sie als besseren Weg ein Gerät an, das Codes zeigt.
pins-no-gateway = Es ist kein SMS-Gateway eingerichtet, daher wird nichts gesendet; docs/sms.md sagt, wie es geht.
pins-none = Noch keine Anwendung. Der Server einer App legt eine über die API an, mit einem Schlüssel der Seite nebenan.
inbox = Posteingang für Entwickler
inbox-what = Diese Nachrichten gingen an kein Telefon: Das Gateway ist diese Seite.
application = Anwendung
sent = Gesendet
delivered = Zugestellt
verified = Bestätigt
conversion = Quote
failures = Fehlschläge
cost = Kosten
may-send = Sie darf senden
is-switched-off = Ihr eigener Server hat sie ausgeschaltet.
may-verify-again = Eine bestätigte Nummer darf erneut bestätigt werden
allowed-prefixes = Vorwahlen, an die gesendet werden darf (keine: alle)
cost-ceiling = Höchstens pro Tag (0: keine Grenze)
pin-attempts = Versuche je PIN
pin-life = Wie lange eine PIN gilt, etwa 15m
verify-limit = Versuche je Nummer in einer Zeit, etwa 1/3s
application-limit = PINs der Anwendung in einer Zeit, etwa 10000/1d
number-limit = PINs an eine Nummer in einer Zeit, etwa 3/1d
limits-are-wrong = Eine dieser Angaben ist nicht lesbar. Schreiben Sie sie wie in den Beispielen; Vorwahlen sind Ziffern mit Leerzeichen dazwischen.
messages = Nachrichten
phone-number = Telefonnummer
tries = Versuche
said-application-saved = Die Anwendung ist gespeichert.
message-queued = Wartet
message-sent = Gesendet
message-delivered = Zugestellt
message-undelivered = Nicht zugestellt
message-failed = Abgelehnt
message-expired = Aufgegeben
edit = Bearbeiten
limits = Grenzen
block-limit = Nachrichten an tausend benachbarte Nummern in einer Zeit, etwa 20/1h
country-limit = Nachrichten in ein Land in einer Zeit, etwa 500/1h (leer: keine Grenze)
stopped-block = Gestoppt: mehr Nachrichten an benachbarte Nummern als erlaubt, wie beim SMS-Pumping.
stopped-country = Gestoppt: mehr Nachrichten in ein Land als erlaubt.
stopped-cost = Gestoppt: Die Kostengrenze eines Tages ist erreicht.
message-templates = Nachrichtenvorlagen
message-template = Nachrichtenvorlage
new-template = Neue Nachrichtenvorlage
message-text = Text, mit {"{{pin}}"} für die PIN
add-autofill = Zeile für automatisches Ausfüllen anfügen
sender-name = Absender (eine Nummer oder bis zu 11 Buchstaben und Ziffern)
pin-kind = PIN aus
pin-kind-numeric = Ziffern
pin-kind-alpha = Buchstaben
pin-kind-hex = Hexadezimalziffern
pin-kind-alphanumeric = Buchstaben und Ziffern
pin-length = Länge der PIN (4 bis 32)
template-is-wrong = Der Text muss die PIN enthalten und höchstens 1000 Zeichen lang sein; die PIN hat 4 bis 32 Zeichen; der Absender ist eine Nummer oder bis zu 11 Buchstaben und Ziffern.
template-is-for-phones = Diese Anwendung sendet an die Telefone des Portals: Deren PIN besteht aus 4 bis 10 Ziffern.
said-template-saved = Die Nachrichtenvorlage ist gespeichert.
pins-offer = Ein Gerät verlangen, das Codes anzeigt
confirmed-number = Bestätigte Telefonnummer
number-restricted = Eine Nachricht kann von anderen gelesen und eine Nummer übernommen werden. Ein Gerät, das Codes anzeigt, ist sicherer.
number = Das ist keine Telefonnummer, die SMS bekommen kann; geben Sie sie mit Landesvorwahl an.
no-gateway = Hier ist kein SMS-Gateway eingerichtet, also kann keine PIN gesendet werden.
key-use = Wofür er ist
key-use-verify = Codes prüfen lassen
key-use-pins = PINs per SMS senden und prüfen
key-use-manage = PINs senden und prüfen und Anwendungen verwalten
key-use-report = Zustellberichte eines Gateways
key-application = Für welche Anwendung, wenn er für PINs ist
key-for-all = Alle Anwendungen

## Refusals.
refused-token = Melden Sie sich zuerst an.
refused-not-admin = Das kann nur ein Administrator tun.
refused-not-found = Diese Seite gibt es nicht.
refused-forged = Dieses Formular ist zu alt oder stammt von anderswo. Laden Sie die Seite neu.
refused-too-large = Das ist zu viel auf einmal.
refused-method = Das ist hier nicht möglich.
refused-malformed = Diese Anfrage ist unverständlich.
refused-wait = Es gab zu viele Versuche.
refused-broken = Bei uns ist etwas defekt. Von Ihren Daten ging nichts verloren; versuchen Sie es gleich noch einmal.
one-time-on-phone = Dies ist ein Einmalpasswort: Melden Sie sich zuerst im Web an und wählen Sie ein eigenes.
