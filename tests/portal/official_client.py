"""The official client of the API for PINs, unchanged but for the address: the whole flow.

Prints a line of JSON for each step; reads the PIN, as the phone shows it, from standard input.
"""

import json
import sys

from infobip_api_client.api.tfa_api import TfaApi
from infobip_api_client.api_client import ApiClient, Configuration
from infobip_api_client.exceptions import ApiException
from infobip_api_client.models import (
    TfaApplicationConfiguration,
    TfaApplicationRequest,
    TfaCreateMessageRequest,
    TfaPinType,
    TfaResendPinRequest,
    TfaStartAuthenticationRequest,
    TfaUpdateMessageRequest,
    TfaVerifyPinRequest,
)


def tell(step, answer):
    told = answer if isinstance(answer, (list, dict)) else answer.to_dict()
    if isinstance(told, list):
        told = [one.to_dict() if hasattr(one, "to_dict") else one for one in told]
    print(json.dumps({"step": step, "answer": told}), flush=True)
    return answer


url, key, number = sys.argv[1:]
api = TfaApi(
    ApiClient(
        Configuration(
            host=url,
            api_key={"APIKeyHeader": key},
            api_key_prefix={"APIKeyHeader": "App"},
        )
    )
)

limits = TfaApplicationConfiguration(pin_attempts=5, pin_time_to_live="10m", verify_pin_limit="9/1s")
made = tell(
    "application",
    api.create_tfa_application(TfaApplicationRequest(name="Login", enabled=True, configuration=limits)),
)
app = made.application_id
tell("applications", api.get_tfa_applications())
tell("one application", api.get_tfa_application(app))
tell("renamed", api.update_tfa_application(app, TfaApplicationRequest(name="Sign-in")))
template = tell(
    "template",
    api.create_tfa_message_template(
        app,
        TfaCreateMessageRequest(
            message_text="Hello {{firstName}}, your PIN is {{pin}}",
            pin_length=6,
            pin_type=TfaPinType.NUMERIC,
            sender_id="Countersign",
        ),
    ),
)
tell("templates", api.get_tfa_message_templates(app))
tell("one template", api.get_tfa_message_template(app, template.message_id))
tell(
    "changed template",
    api.update_tfa_message_template(
        app, template.message_id, TfaUpdateMessageRequest(pin_length=8)
    ),
)
sent = tell(
    "sent",
    api.send_tfa_pin_code_over_sms(
        TfaStartAuthenticationRequest(
            application_id=app,
            message_id=template.message_id,
            to=number,
            placeholders={"firstName": "Ana"},
        ),
        nc_needed=True,
    ),
)
tell("resent", api.resend_tfa_pin_code_over_sms(sent.pin_id, TfaResendPinRequest()))
tell("wrong", api.verify_tfa_phone_number(sent.pin_id, TfaVerifyPinRequest(pin="x")))
pin = sys.stdin.readline().strip()
tell("right", api.verify_tfa_phone_number(sent.pin_id, TfaVerifyPinRequest(pin=pin)))
tell("again", api.verify_tfa_phone_number(sent.pin_id, TfaVerifyPinRequest(pin=pin)))
tell("verifications", api.get_tfa_verification_status(number, app, verified=True))
try:
    api.get_tfa_application("0" * 32)
except ApiException as error:
    body = json.loads(error.body)
    tell("no such application", {"status": error.status, "body": body})
