## What every page has.
skip = Saltar al contenido
main-menu = Menú principal
language = Idioma
you-are-here = Usted está aquí
user-profile = Perfil de usuario
administration = Administración
sign-out = Cerrar sesión
sign-in = Iniciar sesión
cancel = Cancelar
submit = Enviar
next = Siguiente
save = Guardar
done = Listo
remove = Eliminar
copy = Copiar
copied = Copiado
print = Imprimir
search = Buscar
to-start = Ir a la página de inicio
request-id = Si pide ayuda, indique este número:
wait-seconds = { $count ->
    [one] Espere { $count } segundo.
   *[other] Espere { $count } segundos.
 }
seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
 }

## Sign-in.
login-name = Nombre de usuario
password = Contraseña
wrong-password = El nombre de usuario o la contraseña no son correctos.
too-many = Hubo demasiados intentos, por lo que este no se ha comprobado. Si continúa así, consulte a su administrador.
locked = Esta cuenta está bloqueada. Consulte a su administrador.
enter-code = Introduzca el código
enter-code-how = Abra su aplicación de autenticación y escriba los seis dígitos que muestra ahora.
code = Código
wrong-code = Este código no es correcto o ya se usó. Escriba el siguiente en cuanto su teléfono lo muestre.
code-just-used = El último código de esta cuenta ya se ha usado. Espere al siguiente.
go-on-now = Ya puede continuar.
too-many-codes = Hubo demasiados códigos incorrectos, por lo que este no se comprobó. Si sigue ocurriendo, consulte a su administrador.
lost-phone = ¿No tiene el teléfono a mano?
recovery-code = Código de recuperación
recovery-code-how = Escriba uno de los códigos de recuperación que guardó al registrar su dispositivo. Cada uno sirve una vez.
wrong-recovery-code = No es ninguno de sus códigos de recuperación sin usar.
ask-administrator = ¿No tiene ninguno? Pida a su administrador que restablezca su autenticación multifactor.
back-to-code = Volver al código
new-password-title = Elija una contraseña nueva
one-time-used = Su contraseña era de un solo uso. Elija ahora una propia.
password-rule = { $count ->
    [one] Al menos { $count } carácter. Unas cuantas palabras seguidas son una buena opción.
   *[other] Al menos { $count } caracteres. Unas cuantas palabras seguidas son una buena opción.
 }
old-password = Contraseña actual
new-password-field = Contraseña nueva
password-again = Repita la contraseña nueva
old-password-is-wrong = La contraseña actual no es correcta.
confirm-title = Confirme que es usted
confirm-why = Inició sesión hace un rato. Escriba de nuevo su contraseña antes de cambiar su forma de iniciar sesión.
confirm = Confirmar
password-too-short = Esta contraseña es demasiado corta.
password-too-long = Esta contraseña tiene más de 256 caracteres.
password-is-the-name = La contraseña no puede ser su nombre de usuario.
password-too-simple = Esta contraseña repite un único carácter.
password-differs = Las dos contraseñas nuevas no coinciden.
password-is-the-old-one = Elija una contraseña distinta de la de un solo uso.

## User profile and access controls.
role = Rol
role-admin = Administrador
role-agent = Agente
devices = Dispositivos
devices-count = { $count ->
    [0] Ningún dispositivo registrado
    [one] { $count } dispositivo registrado
   *[other] { $count } dispositivos registrados
 }
was-reset = Un administrador restableció su autenticación multifactor. Los códigos de sus dispositivos anteriores ya no se aceptan.
no-device-yet = Su cuenta está protegida solo por una contraseña.
access-controls = Controles de acceso
access-controls-what = Autenticación móvil, códigos de recuperación, contraseña
password-what = Cambiar la contraseña
said-password-changed = Su contraseña se ha cambiado. Todas las demás sesiones se han cerrado.
recovery-codes = Códigos de recuperación
recovery-codes-what = Un código de recuperación le permite entrar una vez cuando no tiene el teléfono a mano. Guarde los códigos en un lugar distinto del teléfono.
recovery-codes-left = { $count ->
    [0] No queda ningún código de recuperación
    [one] Queda { $count } código de recuperación
   *[other] Quedan { $count } códigos de recuperación
 }
recovery-codes-few = { $count ->
    [0] No tiene códigos de recuperación.
    [one] Le queda { $count } código de recuperación.
   *[other] Le quedan { $count } códigos de recuperación.
 }
recovery-codes-once = Guarde estos códigos ahora, en papel o en un gestor de contraseñas: solo se muestran esta vez. Cada uno le permite entrar una vez sin su teléfono.
recovery-codes-replace = Los códigos nuevos invalidan todos los anteriores.
recovery-codes-need-device = Los códigos de recuperación sustituyen a un dispositivo: registre uno primero.
make-recovery-codes = Crear códigos de recuperación nuevos
i-have-kept-them = Los he guardado
i-have-kept-it = La he guardado
i-have-passed-it-on = La he comunicado

## Mobile authentication.
mobile-authentication = Autenticación móvil
register-new-device = Registrar un dispositivo nuevo
no-devices = No hay ningún dispositivo registrado. Con uno, nadie puede entrar solo con su contraseña.
pending-devices = Sin terminar
registered-devices = Registrados
go-on = Reanudar
minutes-left = { $count ->
    [one] Se puede terminar durante { $count } minuto
   *[other] Se puede terminar durante { $count } minutos
 }
registered-at = Creado: { $time } UTC
last-used-at = último uso: { $time } UTC
remove-device-question = ¿Eliminar «{ $name }»?
remove-device-consequence = Los códigos de este dispositivo dejan de aceptarse. Con su último dispositivo se anulan también los códigos de recuperación. Si vuelve a necesitarlos, registre el dispositivo de nuevo.
cancel-registration-question = ¿Cancelar el registro de «{ $name }»?
cancel-registration-consequence = Su código QR deja de valer. Si ya lo ha escaneado, elimine la entrada en la aplicación. Sus otros dispositivos y sus códigos de recuperación se conservan.
cancel-registration = Cancelar el registro
said-device-removed = El dispositivo se ha eliminado.
said-registration-cancelled = El registro se ha cancelado.
said-registration-over = Este registro ya no está abierto: caducó o se terminó. Registre el dispositivo de nuevo si no está en la lista.
device-name = Nombre del dispositivo
name-how = Ponga un nombre a su dispositivo, por ejemplo «Teléfono de Ana». La aplicación muestra el nombre tal como lo escribe; las mayúsculas y minúsculas importan.
name-empty = Ponga un nombre al dispositivo.
name-too-long = El nombre tiene más de 64 caracteres.
name-has-colon = El nombre no puede contener dos puntos.
name-has-outer-space = El nombre no puede empezar ni terminar con un espacio: algunas aplicaciones lo omiten y preguntarían entonces por otro nombre.
name-is-garbled = Un carácter del nombre se perdió por el camino. Escríbalo de nuevo.
name-has-bad-character = El nombre contiene un carácter invisible. Escríbalo de nuevo.
name-taken = Ya tiene un dispositivo con este nombre. Elija otro nombre o elimine primero ese dispositivo.
name-differs-by-case = Tiene otro dispositivo, «{ $name }», cuyo nombre solo se distingue de este en las mayúsculas y minúsculas. Son dos dispositivos.
too-many-devices = Tiene 20 dispositivos. Elimine uno primero.
scan-title = Escanee el código QR
said-new-qr-code = Este es un código QR nuevo. Una entrada que haya escaneado antes no corresponde a él: elimínela en la aplicación y escanee este.
first-time = Esto se muestra hasta que su teléfono esté registrado y no vuelve a mostrarse. Desde entonces, escribirá un código cada vez que inicie sesión.
qr-code = Código QR con la clave de este dispositivo
step-scan = En su teléfono, toque «Escanear QR» en «Verificar dispositivo» y escanee este código. Sirve cualquier aplicación de autenticación.
step-code = Escriba aquí los seis dígitos que muestra la aplicación y envíelos.
step-continue = Después toque «Continuar» en su teléfono.
on-this-phone = ¿Está en ese mismo teléfono? Abrir la aplicación
cannot-scan = ¿No puede escanear el código QR?
cannot-scan-how = Introduzca estos valores en la aplicación. En el nombre del dispositivo, las mayúsculas y minúsculas importan.
key = Clave
type = Tipo
type-totp = Por tiempo (TOTP)
algorithm = Algoritmo
digits = Dígitos
period = Periodo
one-time-code = Código de un solo uso
wrong-first-code = Este código no corresponde. Compruebe que la aplicación muestra este dispositivo y escriba el código que muestra ahora.
registration-minutes-left = { $count ->
    [one] Este registro se puede terminar durante { $count } minuto más.
   *[other] Este registro se puede terminar durante { $count } minutos más.
 }
device-registered = Dispositivo registrado
device-registered-what = «{ $name }» está registrado. La próxima vez que inicie sesión, espere un código nuevo: este ya está usado.
tap-continue = Ahora toque «Continuar» en su teléfono.

## Administration.
users = Usuarios
audit-log = Registro de auditoría
api-keys = Claves de los sitios web
search-users = Buscar un nombre de usuario
mfa = Autenticación multifactor
mfa-required = Obligatoria
mfa-optional = Opcional
state = Estado
is-locked = Bloqueado
is-active = Activo
nobody-found = Nadie se llama así.
most-users = { $count ->
    [one] Se muestra como máximo { $count } usuario. Busque los demás.
   *[other] Se muestran como máximo { $count } usuarios, por nombre de usuario. Busque los demás.
 }
add-user = Añadir usuario
add-user-how = La contraseña se crea aquí, se muestra una vez y es de un solo uso.
mfa-required-check = La autenticación multifactor es obligatoria
admin-check = Administrador
login-empty = Indique un nombre de usuario.
login-too-long = El nombre de usuario tiene más de 64 caracteres.
login-has-bad-character = El nombre de usuario contiene un carácter invisible.
login-taken = Este nombre de usuario ya está en uso, quizá con otras mayúsculas y minúsculas.
one-time-password-of = Contraseña de un solo uso de { $name }
one-time-password-once = Comuníquela en persona o por teléfono. Solo se muestra esta vez y debe cambiarse al iniciar sesión por primera vez.
no-devices-of-user = Este usuario no tiene dispositivos.
created = Creado
last-used = Último uso
revoke = Revocar
state-registered = Registrado
state-pending = Pendiente
state-expired = Caducado
state-rejected = Rechazado
audit-of-user = Registro de auditoría de este usuario
reset-mfa = Restablecer MFA
reset-mfa-question = ¿Restablecer la autenticación multifactor de { $name }?
reset-mfa-consequence = Se revocan todos los dispositivos y códigos de recuperación de este usuario y se cierran todas sus sesiones. La próxima vez que inicie sesión, el usuario configura un dispositivo como si fuera la primera vez.
new-password = Contraseña nueva
new-password-question = ¿Crear una contraseña de un solo uso nueva para { $name }?
new-password-consequence = La contraseña actual deja de funcionar y se cierran todas las sesiones de este usuario.
lock = Bloquear
lock-question = ¿Bloquear la cuenta de { $name }?
lock-consequence = La sesión del usuario se cierra de inmediato y no puede iniciar otra hasta que usted desbloquee la cuenta.
unlock = Desbloquear
unlock-question = ¿Desbloquear la cuenta de { $name }?
unlock-consequence = El usuario puede volver a iniciar sesión, y las contraseñas y los códigos incorrectos hasta ahora se olvidan.
require-mfa = Exigir MFA
require-mfa-question = ¿Exigir la autenticación multifactor a { $name }?
require-mfa-consequence = La próxima vez que inicie sesión, el usuario debe tener un dispositivo o registrar uno.
waive-mfa = No exigir MFA
waive-mfa-question = ¿Dejar de exigir la autenticación multifactor a { $name }?
waive-mfa-consequence = Un usuario sin dispositivo entra solo con la contraseña. Los dispositivos registrados se siguen pidiendo.
said-reset-mfa = La autenticación multifactor se ha restablecido.
said-lock = La cuenta está bloqueada.
said-unlock = La cuenta está desbloqueada.
said-require-mfa = A partir de ahora se exige la autenticación multifactor.
said-waive-mfa = La autenticación multifactor ya no se exige.
revoke-question = ¿Revocar «{ $name }»?
revoke-consequence = Los códigos de este dispositivo dejan de aceptarse y se comunica al teléfono que fue rechazado.
api-keys-what = Con una clave de este tipo, un sitio web hace verificar códigos aquí.
site = Sitio web
make-key = Crear una clave
api-key-of = Clave de { $name }
api-key-once = Désela al servidor del sitio web. Solo se muestra esta vez.
key-name-is-wrong = Indique un nombre de 1 a 64 caracteres.
revoked-at = Revocación: { $time } UTC
said-key-revoked = La clave se ha revocado.
who = Quién
what = Qué
to-whom = A quién
when = Cuándo (UTC)
detail = Detalle
address = Dirección
everything = Todo
from-day = Desde
until-day = Hasta
filter = Filtrar
export-csv = Exportar como CSV
nothing-found = No hay nada de ese tipo.
most-lines = { $count ->
    [one] Se muestra como máximo { $count } línea, la más reciente; la exportación contiene más.
   *[other] Se muestran como máximo { $count } líneas, primero las más recientes; la exportación contiene más.
 }

## PINs by SMS.
pins = PIN por SMS
pins-restricted = El SMS es un autenticador restringido (NIST SP 800-63B): otros pueden apropiarse de números y leer mensajes. Ofrezca como mejor opción un dispositivo que muestre códigos.
pins-no-gateway = No hay ninguna pasarela de SMS configurada, así que no se envía nada; docs/sms.md explica cómo.
pins-none = Aún no hay aplicaciones. El servidor de una app crea una mediante la API, con una clave de la página contigua.
inbox = Bandeja del desarrollador
inbox-what = Estos mensajes no llegaron a ningún teléfono: la pasarela es esta página.
application = Aplicación
sent = Enviados
delivered = Entregados
verified = Verificados
conversion = Conversión
failures = Fallos
cost = Coste
may-send = Puede enviar
is-switched-off = Su propio servidor la ha desactivado.
may-verify-again = Un número ya verificado puede verificarse de nuevo
allowed-prefixes = Prefijos a los que se puede enviar (ninguno: todos)
cost-ceiling = Máximo por día (0: sin límite)
pin-attempts = Intentos por PIN
pin-life = Cuánto vale un PIN, por ejemplo 15m
verify-limit = Intentos de un número en un tiempo, por ejemplo 1/3s
application-limit = PIN de la aplicación en un tiempo, por ejemplo 10000/1d
number-limit = PIN a un número en un tiempo, por ejemplo 3/1d
limits-are-wrong = Alguno de estos valores no se entiende. Escríbalos como en los ejemplos; los prefijos son cifras separadas por espacios.
messages = Mensajes
phone-number = Número de teléfono
tries = Intentos
said-application-saved = La aplicación se ha guardado.
message-queued = En espera
message-sent = Enviado
message-delivered = Entregado
message-undelivered = No entregado
message-failed = Rechazado
message-expired = Abandonado
edit = Editar
limits = Límites
block-limit = Mensajes a mil números vecinos en un tiempo, como 20/1h
country-limit = Mensajes a un país en un tiempo, como 500/1h (vacío: sin límite)
stopped-block = Detenido: más mensajes a números vecinos de los permitidos, como en un fraude de SMS.
stopped-country = Detenido: más mensajes a un país de los permitidos.
stopped-cost = Detenido: se alcanzó el coste máximo de un día.
message-templates = Plantillas de mensaje
message-template = Plantilla de mensaje
new-template = Nueva plantilla de mensaje
message-text = Texto, con {"{{pin}}"} en lugar del PIN
add-autofill = Añadir la línea para autorrellenar
sender-name = Remitente (un número, o hasta 11 letras y cifras)
pin-kind = PIN de
pin-kind-numeric = Cifras
pin-kind-alpha = Letras
pin-kind-hex = Cifras hexadecimales
pin-kind-alphanumeric = Letras y cifras
pin-length = Longitud del PIN (de 4 a 32)
template-is-wrong = El texto debe contener el PIN y como mucho 1000 caracteres; el PIN tiene de 4 a 32 caracteres; el remitente es un número o hasta 11 letras y cifras.
template-is-for-phones = Esta aplicación envía a los teléfonos del propio portal: su PIN tiene de 4 a 10 cifras.
said-template-saved = La plantilla de mensaje está guardada.
pins-offer = Exigir un dispositivo que muestre códigos
confirmed-number = Número de teléfono confirmado
number-restricted = Otros pueden leer un mensaje o apoderarse de un número. Un dispositivo que muestra códigos es más seguro.
number = No es un número de teléfono que pueda recibir SMS; escríbalo con el prefijo del país.
no-gateway = Aquí no hay configurada ninguna pasarela de SMS, así que no se puede enviar ningún PIN.
key-use = Para qué es
key-use-verify = Comprobar códigos
key-use-pins = Enviar y verificar PIN por SMS
key-use-manage = Enviar y verificar PIN y gestionar aplicaciones
key-use-report = Informes de entrega de una pasarela
key-application = Para qué aplicación, si es para PIN
key-for-all = Todas las aplicaciones

## Refusals.
refused-token = Inicie sesión primero.
refused-not-admin = Solo un administrador puede hacer esto.
refused-not-found = Esta página no existe.
refused-forged = Este formulario es demasiado antiguo o se creó en otro lugar. Vuelva a cargar la página.
refused-too-large = Es demasiado de una vez.
refused-method = Esto no se puede hacer aquí.
refused-malformed = No se puede entender esta solicitud.
refused-wait = Hubo demasiados intentos.
refused-broken = Algo falla por nuestra parte. No se ha perdido nada suyo; inténtelo de nuevo en un momento.
one-time-on-phone = Esta contraseña es de un solo uso: inicie sesión primero en la web y elija una propia.
