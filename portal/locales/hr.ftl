## What every page has.
skip = Preskoči na sadržaj
main-menu = Glavni izbornik
language = Jezik
you-are-here = Ovdje ste
user-profile = Korisnički profil
administration = Administracija
sign-out = Odjava
sign-in = Prijava
cancel = Odustani
submit = Pošalji
next = Dalje
save = Spremi
done = Gotovo
remove = Ukloni
copy = Kopiraj
copied = Kopirano
print = Ispiši
search = Traži
to-start = Na početnu stranicu
request-id = Ako tražite pomoć, navedite ovaj broj:
wait-seconds = { $count ->
    [one] Pričekajte { $count } sekundu.
    [few] Pričekajte { $count } sekunde.
   *[other] Pričekajte { $count } sekundi.
 }
seconds = { $count ->
    [one] { $count } sekunda
    [few] { $count } sekunde
   *[other] { $count } sekundi
 }

## Sign-in.
login-name = Korisničko ime
password = Lozinka
wrong-password = Korisničko ime ili lozinka nisu točni.
too-many = Bilo je previše pokušaja pa ovaj nije provjeren. Ako se to nastavi, obratite se administratoru.
locked = Ovaj je račun zaključan. Obratite se svojem administratoru.
enter-code = Unesite kôd
enter-code-how = Otvorite svoju aplikaciju za autentifikaciju i upišite šest znamenki koje sada prikazuje.
code = Kôd
wrong-code = Ovaj kôd nije točan ili je već upotrijebljen. Upišite sljedeći čim ga telefon prikaže.
code-just-used = Posljednji kôd ovog računa već je upotrijebljen. Pričekajte sljedeći.
go-on-now = Sada možete nastaviti.
too-many-codes = Bilo je previše netočnih kodova, pa ovaj nije provjeren. Ako se to nastavi, obratite se svojem administratoru.
lost-phone = Telefon vam nije pri ruci?
recovery-code = Kôd za oporavak
recovery-code-how = Upišite jedan od kodova za oporavak koje ste sačuvali pri registraciji uređaja. Svaki vrijedi jednom.
wrong-recovery-code = To nije nijedan od vaših neiskorištenih kodova za oporavak.
ask-administrator = Nemate nijedan? Zamolite administratora da resetira vašu višefaktorsku autentifikaciju.
back-to-code = Natrag na kôd
new-password-title = Odaberite novu lozinku
one-time-used = Vaša je lozinka bila jednokratna. Sada odaberite vlastitu.
password-rule = { $count ->
    [one] Najmanje { $count } znak. Nekoliko riječi zaredom dobar je izbor.
    [few] Najmanje { $count } znaka. Nekoliko riječi zaredom dobar je izbor.
   *[other] Najmanje { $count } znakova. Nekoliko riječi zaredom dobar je izbor.
 }
old-password = Sadašnja lozinka
new-password-field = Nova lozinka
password-again = Ponovite novu lozinku
old-password-is-wrong = Sadašnja lozinka nije točna.
confirm-title = Potvrdite da ste to vi
confirm-why = Prijavili ste se prije nekog vremena. Prije promjene načina prijave ponovno upišite svoju lozinku.
confirm = Potvrdi
password-too-short = Ova je lozinka prekratka.
password-too-long = Ova lozinka ima više od 256 znakova.
password-is-the-name = Lozinka ne smije biti vaše korisničko ime.
password-too-simple = Ova lozinka ponavlja samo jedan znak.
password-differs = Dvije nove lozinke nisu jednake.
password-is-the-old-one = Odaberite lozinku različitu od jednokratne.

## User profile and access controls.
role = Uloga
role-admin = Administrator
role-agent = Agent
devices = Uređaji
devices-count = { $count ->
    [0] Nema registriranih uređaja
    [one] { $count } registrirani uređaj
    [few] { $count } registrirana uređaja
   *[other] { $count } registriranih uređaja
 }
was-reset = Administrator je resetirao vašu višefaktorsku autentifikaciju. Kodovi vaših prijašnjih uređaja više se ne prihvaćaju.
no-device-yet = Vaš je račun zaštićen samo lozinkom.
access-controls = Kontrola pristupa
access-controls-what = Mobilna autentifikacija, kodovi za oporavak, lozinka
password-what = Promjena lozinke
said-password-changed = Vaša je lozinka promijenjena. Sve su ostale sesije završene.
recovery-codes = Kodovi za oporavak
recovery-codes-what = Kodom za oporavak možete se jednom prijaviti kada vam telefon nije pri ruci. Čuvajte kodove odvojeno od telefona.
recovery-codes-left = { $count ->
    [0] Nije preostao nijedan kôd za oporavak
    [one] Preostao je { $count } kôd za oporavak
    [few] Preostala su { $count } koda za oporavak
   *[other] Preostalo je { $count } kodova za oporavak
 }
recovery-codes-few = { $count ->
    [0] Nemate kodova za oporavak.
    [one] Preostao vam je { $count } kôd za oporavak.
    [few] Preostala su vam { $count } koda za oporavak.
   *[other] Preostalo vam je { $count } kodova za oporavak.
 }
recovery-codes-once = Sačuvajte ove kodove odmah, na papiru ili u upravitelju lozinki: prikazuju se samo ovaj put. Svakim se možete jednom prijaviti bez telefona.
recovery-codes-replace = Novi kodovi poništavaju sve prijašnje.
recovery-codes-need-device = Kodovi za oporavak zamjenjuju uređaj: najprije registrirajte uređaj.
make-recovery-codes = Izradi nove kodove za oporavak
i-have-kept-them = Kodovi su sačuvani
i-have-kept-it = Ključ je sačuvan
i-have-passed-it-on = Lozinka je predana

## Mobile authentication.
mobile-authentication = Mobilna autentifikacija
register-new-device = Registriraj novi uređaj
no-devices = Nijedan uređaj nije registriran. Kad je uređaj registriran, nitko se ne može prijaviti samo vašom lozinkom.
pending-devices = Nedovršeno
registered-devices = Registrirano
go-on = Dovrši
minutes-left = { $count ->
    [one] Može se dovršiti još { $count } minutu
    [few] Može se dovršiti još { $count } minute
   *[other] Može se dovršiti još { $count } minuta
 }
registered-at = Izrađeno { $time } UTC
last-used-at = zadnja upotreba { $time } UTC
remove-device-question = Ukloniti „{ $name }”?
remove-device-consequence = Kodovi ovog uređaja više se neće prihvaćati. S posljednjim uređajem nestaju i kodovi za oporavak. Ako ih opet zatrebate, ponovno registrirajte uređaj.
cancel-registration-question = Odustati od registracije uređaja „{ $name }”?
cancel-registration-consequence = Njegov QR kôd tada više ne vrijedi. Ako ste ga već skenirali, izbrišite unos u aplikaciji. Vaši drugi uređaji i kodovi za oporavak ostaju.
cancel-registration = Odustani od registracije
said-device-removed = Uređaj je uklonjen.
said-registration-cancelled = Registracija je otkazana.
said-registration-over = Ova registracija više nije otvorena: istekla je ili je dovršena. Ponovno registrirajte uređaj ako nije na popisu.
device-name = Naziv uređaja
name-how = Dodijelite uređaju naziv, na primjer „Anin telefon”. Aplikacija prikazuje naziv točno onako kako ga upišete; velika i mala slova su važna.
name-empty = Dodijelite uređaju naziv.
name-too-long = Naziv ima više od 64 znaka.
name-has-colon = Naziv ne smije sadržavati dvotočku.
name-has-outer-space = Naziv ne smije počinjati ni završavati razmakom: neke ga aplikacije izostave pa bi tada tražile drugi naziv.
name-is-garbled = Jedan se znak naziva putem izgubio. Upišite ga ponovno.
name-has-bad-character = Naziv sadrži nevidljiv znak. Upišite ga ponovno.
name-taken = Već imate uređaj s tim nazivom. Odaberite drugi naziv ili najprije uklonite taj uređaj.
name-differs-by-case = Imate drugi uređaj „{ $name }”, čiji se naziv od ovoga razlikuje samo velikim i malim slovima. To su dva uređaja.
too-many-devices = Imate 20 uređaja. Najprije uklonite jedan.
scan-title = Skenirajte QR kôd
said-new-qr-code = Ovo je novi QR kôd. Unos koji ste prije skenirali ne odgovara mu: izbrišite ga u aplikaciji i skenirajte ovaj.
first-time = Ovo se prikazuje dok se vaš telefon ne registrira i poslije više ne. Otada pri svakoj prijavi upisujete kôd.
qr-code = QR kôd s ključem ovog uređaja
step-scan = Na telefonu pod „Potvrdi uređaj” dodirnite „Skeniraj QR” i skenirajte ovaj kôd. To može svaka aplikacija za autentifikaciju.
step-code = Ovdje upišite šest znamenki koje aplikacija prikazuje i pošaljite ih.
step-continue = Zatim na telefonu dodirnite „Nastavi”.
on-this-phone = Čitate ovo upravo na tom telefonu? Otvorite aplikaciju
cannot-scan = Ne možete skenirati QR kôd?
cannot-scan-how = Unesite ove vrijednosti u aplikaciju. U nazivu uređaja velika i mala slova su važna.
key = Ključ
type = Vrsta
type-totp = Po vremenu (TOTP)
algorithm = Algoritam
digits = Znamenke
period = Razdoblje
one-time-code = Jednokratni kôd
wrong-first-code = Ovaj kôd ne odgovara. Provjerite prikazuje li aplikacija ovaj uređaj i upišite kôd koji sada prikazuje.
registration-minutes-left = { $count ->
    [one] Ova se registracija može dovršiti još { $count } minutu.
    [few] Ova se registracija može dovršiti još { $count } minute.
   *[other] Ova se registracija može dovršiti još { $count } minuta.
 }
device-registered = Uređaj je registriran
device-registered-what = Uređaj „{ $name }” je registriran. Pri sljedećoj prijavi pričekajte novi kôd: ovaj je iskorišten.
tap-continue = Sada na telefonu dodirnite „Nastavi”.

## Administration.
users = Korisnici
audit-log = Revizijski zapisnik
api-keys = Ključevi web-mjesta
search-users = Traži korisničko ime
mfa = Višefaktorska autentifikacija
mfa-required = Obavezna
mfa-optional = Neobavezna
state = Stanje
is-locked = Zaključan
is-active = Aktivan
nobody-found = Nitko se tako ne zove.
most-users = { $count ->
    [one] Prikazuje se najviše { $count } korisnik, po korisničkom imenu. Ostale potražite.
    [few] Prikazuju se najviše { $count } korisnika, po korisničkom imenu. Ostale potražite.
   *[other] Prikazuje se najviše { $count } korisnika, po korisničkom imenu. Ostale potražite.
 }
add-user = Dodaj korisnika
add-user-how = Lozinka se izrađuje ovdje, prikazuje se jednom i jednokratna je.
mfa-required-check = Višefaktorska autentifikacija je obavezna
admin-check = Administrator
login-empty = Navedite korisničko ime.
login-too-long = Korisničko ime ima više od 64 znakova.
login-has-bad-character = Korisničko ime sadrži nevidljiv znak.
login-taken = Ovo je korisničko ime zauzeto, možda s drukčijim velikim i malim slovima.
one-time-password-of = Jednokratna lozinka korisnika { $name }
one-time-password-once = Predajte je osobno ili telefonom. Prikazuje se samo ovaj put i mora se promijeniti pri prvoj prijavi.
no-devices-of-user = Ovaj korisnik nema uređaja.
created = Izrađeno
last-used = Zadnja upotreba
revoke = Opozovi
state-registered = Registriran
state-pending = Na čekanju
state-expired = Istekao
state-rejected = Odbijen
audit-of-user = Revizijski zapisnik ovog korisnika
reset-mfa = Resetiraj MFA
reset-mfa-question = Resetirati višefaktorsku autentifikaciju korisnika { $name }?
reset-mfa-consequence = Svi uređaji i kodovi za oporavak ovog korisnika opozivaju se, a sve sesije završavaju. Pri sljedećoj prijavi korisnik postavlja uređaj kao prvi put.
new-password = Nova lozinka
new-password-question = Izraditi novu jednokratnu lozinku za korisnika { $name }?
new-password-consequence = Sadašnja lozinka prestaje vrijediti i sve sesije ovog korisnika završavaju.
lock = Zaključaj
lock-question = Zaključati račun korisnika { $name }?
lock-consequence = Korisnik se odmah odjavljuje i ne može se prijaviti dok ne otključate račun.
unlock = Otključaj
unlock-question = Otključati račun korisnika { $name }?
unlock-consequence = Korisnik se opet može prijaviti, a dosadašnje netočne lozinke i kodovi se zaboravljaju.
require-mfa = Zahtijevaj MFA
require-mfa-question = Zahtijevati višefaktorsku autentifikaciju od korisnika { $name }?
require-mfa-consequence = Pri sljedećoj prijavi korisnik mora imati uređaj ili ga registrirati.
waive-mfa = Ne zahtijevaj MFA
waive-mfa-question = Više ne zahtijevati višefaktorsku autentifikaciju od korisnika { $name }?
waive-mfa-consequence = Korisnik bez uređaja prijavljuje se samo lozinkom. Registrirani se uređaji i dalje traže.
said-reset-mfa = Višefaktorska autentifikacija je resetirana.
said-lock = Račun je zaključan.
said-unlock = Račun je otključan.
said-require-mfa = Višefaktorska autentifikacija odsad je obavezna.
said-waive-mfa = Višefaktorska autentifikacija više nije obavezna.
revoke-question = Opozvati „{ $name }”?
revoke-consequence = Kodovi ovog uređaja više se neće prihvaćati, a telefonu se javlja da je odbijen.
api-keys-what = Takvim ključem web-mjesto ovdje provjerava kodove.
site = Web-mjesto
make-key = Izradi ključ
api-key-of = Ključ za { $name }
api-key-once = Predajte ga poslužitelju web-mjesta. Prikazuje se samo ovaj put.
key-name-is-wrong = Navedite naziv od 1 do 64 znaka.
revoked-at = Opozvan { $time } UTC
said-key-revoked = Ključ je opozvan.
who = Tko
what = Što
to-whom = Kome
when = Kada (UTC)
detail = Pojedinost
address = Adresa
everything = Sve
from-day = Od
until-day = Do
filter = Filtriraj
export-csv = Izvezi kao CSV
nothing-found = Nema ničega takvog.
most-lines = { $count ->
    [one] Prikazuje se najviše { $count } redak, počevši od najnovijeg; izvoz sadrži više.
    [few] Prikazuju se najviše { $count } retka, počevši od najnovijeg; izvoz sadrži više.
   *[other] Prikazuje se najviše { $count } redaka, počevši od najnovijeg; izvoz sadrži više.
 }

## PINs by SMS.
pins = SMS PIN-ovi
pins-restricted = SMS je ograničeni autentifikator (NIST SP 800-63B): brojevi se preotimaju, a poruke čitaju drugi. Kao bolji način ponudite uređaj koji prikazuje kodove.
pins-no-gateway = SMS pristupnik nije postavljen pa se ništa ne šalje; docs/sms.md kaže kako.
pins-none = Još nema aplikacija. Poslužitelj aplikacije izrađuje je putem API-ja, s ključem sa susjedne stranice.
inbox = Pretinac za razvoj
inbox-what = Ove poruke nisu otišle ni na jedan telefon: pristupnik je ova stranica.
application = Aplikacija
sent = Poslano
delivered = Isporučeno
verified = Potvrđeno
conversion = Stopa
failures = Neuspjesi
cost = Trošak
may-send = Smije slati
is-switched-off = Isključio ju je njezin vlastiti poslužitelj.
may-verify-again = Potvrđeni broj smije se potvrditi ponovno
allowed-prefixes = Predbrojevi na koje se smije slati (prazno: svi)
cost-ceiling = Najviše po danu (0: bez granice)
pin-attempts = Pokušaja po PIN-u
pin-life = Koliko vrijedi PIN, npr. 15m
verify-limit = Pokušaja po broju u vremenu, npr. 1/3s
application-limit = PIN-ova aplikacije u vremenu, npr. 10000/1d
number-limit = PIN-ova na broj u vremenu, npr. 3/1d
limits-are-wrong = Neki se od ovih podataka ne mogu pročitati. Pišite ih kao u primjerima; predbrojevi su znamenke odvojene razmacima.
messages = Poruke
phone-number = Broj telefona
tries = Pokušaji
said-application-saved = Aplikacija je spremljena.
message-queued = Čeka
message-sent = Poslano
message-delivered = Isporučeno
message-undelivered = Nije isporučeno
message-failed = Odbijeno
message-expired = Odustalo se
edit = Uredi
limits = Ograničenja
block-limit = Poruka na tisuću susjednih brojeva u vremenu, npr. 20/1h
country-limit = Poruka u jednu zemlju u vremenu, npr. 500/1h (prazno: bez granice)
stopped-block = Zaustavljeno: više poruka na susjedne brojeve nego što je dopušteno, kao kad netko zloupotrebljava SMS.
stopped-country = Zaustavljeno: više poruka u jednu zemlju nego što je dopušteno.
stopped-cost = Zaustavljeno: dosegnut je najveći dnevni trošak.
message-templates = Predlošci poruka
message-template = Predložak poruke
new-template = Novi predložak poruke
message-text = Tekst, s {"{{pin}}"} umjesto PIN-a
add-autofill = Dodaj redak za automatsko ispunjavanje
sender-name = Pošiljatelj (broj ili do 11 slova i znamenki)
pin-kind = PIN od
pin-kind-numeric = Znamenke
pin-kind-alpha = Slova
pin-kind-hex = Heksadecimalne znamenke
pin-kind-alphanumeric = Slova i znamenke
pin-length = Duljina PIN-a (4 do 32)
template-is-wrong = Tekst mora sadržavati PIN i najviše 1000 znakova; PIN ima 4 do 32 znaka; pošiljatelj je broj ili do 11 slova i znamenki.
template-is-for-phones = Ova aplikacija šalje telefonima samog portala: njihov PIN ima 4 do 10 znamenki.
said-template-saved = Predložak poruke je spremljen.
pins-offer = Zahtijevaj uređaj koji prikazuje kodove
confirmed-number = Potvrđeni broj telefona
number-restricted = Poruku mogu čitati drugi, a broj se može preoteti. Uređaj koji prikazuje kodove sigurniji je.
number = To nije broj telefona koji može primiti SMS; upišite ga s pozivnim brojem zemlje.
no-gateway = Ovdje nije postavljen SMS pristupnik pa se PIN ne može poslati.
key-use = Čemu služi
key-use-verify = Provjera kodova
key-use-pins = Slanje i provjera PIN-ova SMS-om
key-use-manage = Slanje i provjera PIN-ova te upravljanje aplikacijama
key-use-report = Izvješća pružatelja o isporuci
key-application = Za koju aplikaciju, ako je za PIN-ove
key-for-all = Sve aplikacije

## Refusals.
refused-token = Najprije se prijavite.
refused-not-admin = To može učiniti samo administrator.
refused-not-found = Ta stranica ne postoji.
refused-forged = Ovaj je obrazac prestar ili je izrađen drugdje. Ponovno učitajte stranicu.
refused-too-large = Ovo je previše odjednom.
refused-method = To se ovdje ne može učiniti.
refused-malformed = Ovaj zahtjev nije razumljiv.
refused-wait = Bilo je previše pokušaja.
refused-broken = Nešto se kod nas pokvarilo. Ništa vaše nije izgubljeno; pokušajte ponovno za trenutak.
one-time-on-phone = Ova je lozinka jednokratna: najprije se prijavite na webu i odaberite vlastitu.
