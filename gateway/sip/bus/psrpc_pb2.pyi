from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SIPDispatchResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEGACY_ACCEPT_OR_PIN: _ClassVar[SIPDispatchResult]
    ACCEPT: _ClassVar[SIPDispatchResult]
    REQUEST_PIN: _ClassVar[SIPDispatchResult]
    REJECT: _ClassVar[SIPDispatchResult]
    DROP: _ClassVar[SIPDispatchResult]
LEGACY_ACCEPT_OR_PIN: SIPDispatchResult
ACCEPT: SIPDispatchResult
REQUEST_PIN: SIPDispatchResult
REJECT: SIPDispatchResult
DROP: SIPDispatchResult

class Msg(_message.Message):
    __slots__ = ("type_url", "value", "channel")
    TYPE_URL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    type_url: str
    value: bytes
    channel: str
    def __init__(self, type_url: _Optional[str] = ..., value: _Optional[bytes] = ..., channel: _Optional[str] = ...) -> None: ...

class Request(_message.Message):
    __slots__ = ("request_id", "client_id", "sent_at", "expiry", "multi", "metadata", "raw_request")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    MULTI_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RAW_REQUEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    client_id: str
    sent_at: int
    expiry: int
    multi: bool
    metadata: _containers.ScalarMap[str, str]
    raw_request: bytes
    def __init__(self, request_id: _Optional[str] = ..., client_id: _Optional[str] = ..., sent_at: _Optional[int] = ..., expiry: _Optional[int] = ..., multi: _Optional[bool] = ..., metadata: _Optional[_Mapping[str, str]] = ..., raw_request: _Optional[bytes] = ...) -> None: ...

class Response(_message.Message):
    __slots__ = ("request_id", "server_id", "sent_at", "error", "code", "raw_response", "error_details")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SERVER_ID_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    RAW_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_DETAILS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    server_id: str
    sent_at: int
    error: str
    code: str
    raw_response: bytes
    error_details: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, request_id: _Optional[str] = ..., server_id: _Optional[str] = ..., sent_at: _Optional[int] = ..., error: _Optional[str] = ..., code: _Optional[str] = ..., raw_response: _Optional[bytes] = ..., error_details: _Optional[_Iterable[bytes]] = ...) -> None: ...

class ClaimRequest(_message.Message):
    __slots__ = ("request_id", "server_id", "affinity")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SERVER_ID_FIELD_NUMBER: _ClassVar[int]
    AFFINITY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    server_id: str
    affinity: float
    def __init__(self, request_id: _Optional[str] = ..., server_id: _Optional[str] = ..., affinity: _Optional[float] = ...) -> None: ...

class ClaimResponse(_message.Message):
    __slots__ = ("request_id", "server_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SERVER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    server_id: str
    def __init__(self, request_id: _Optional[str] = ..., server_id: _Optional[str] = ...) -> None: ...

class SIPCall(_message.Message):
    __slots__ = ("lk_call_id", "source_ip", "address", "to", "via", "sip_call_id")
    LK_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    VIA_FIELD_NUMBER: _ClassVar[int]
    SIP_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    lk_call_id: str
    source_ip: str
    address: bytes
    to: bytes
    via: _containers.RepeatedScalarFieldContainer[bytes]
    sip_call_id: str
    def __init__(self, lk_call_id: _Optional[str] = ..., source_ip: _Optional[str] = ..., address: _Optional[bytes] = ..., to: _Optional[bytes] = ..., via: _Optional[_Iterable[bytes]] = ..., sip_call_id: _Optional[str] = ..., **kwargs) -> None: ...

class GetSIPTrunkAuthenticationRequest(_message.Message):
    __slots__ = ("call",)
    CALL_FIELD_NUMBER: _ClassVar[int]
    call: SIPCall
    def __init__(self, call: _Optional[_Union[SIPCall, _Mapping]] = ...) -> None: ...

class GetSIPTrunkAuthenticationResponse(_message.Message):
    __slots__ = ("username", "password", "drop", "sip_trunk_id", "provider_info", "error_code", "realm")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    DROP_FIELD_NUMBER: _ClassVar[int]
    SIP_TRUNK_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_INFO_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    REALM_FIELD_NUMBER: _ClassVar[int]
    username: str
    password: str
    drop: bool
    sip_trunk_id: str
    provider_info: bytes
    error_code: int
    realm: str
    def __init__(self, username: _Optional[str] = ..., password: _Optional[str] = ..., drop: _Optional[bool] = ..., sip_trunk_id: _Optional[str] = ..., provider_info: _Optional[bytes] = ..., error_code: _Optional[int] = ..., realm: _Optional[str] = ...) -> None: ...

class EvaluateSIPDispatchRulesRequest(_message.Message):
    __slots__ = ("calling_number", "called_number", "pin", "no_pin", "extra_attributes", "sip_trunk_id", "call")
    class ExtraAttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CALLING_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CALLED_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PIN_FIELD_NUMBER: _ClassVar[int]
    NO_PIN_FIELD_NUMBER: _ClassVar[int]
    EXTRA_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    SIP_TRUNK_ID_FIELD_NUMBER: _ClassVar[int]
    CALL_FIELD_NUMBER: _ClassVar[int]
    calling_number: str
    called_number: str
    pin: str
    no_pin: bool
    extra_attributes: _containers.ScalarMap[str, str]
    sip_trunk_id: str
    call: SIPCall
    def __init__(self, calling_number: _Optional[str] = ..., called_number: _Optional[str] = ..., pin: _Optional[str] = ..., no_pin: _Optional[bool] = ..., extra_attributes: _Optional[_Mapping[str, str]] = ..., sip_trunk_id: _Optional[str] = ..., call: _Optional[_Union[SIPCall, _Mapping]] = ...) -> None: ...

class EvaluateSIPDispatchRulesResponse(_message.Message):
    __slots__ = ("room_name", "participant_identity", "token", "ws_url", "result", "participant_name", "participant_metadata", "sip_trunk_id", "sip_dispatch_rule_id", "participant_attributes", "headers", "headers_to_attributes", "enabled_features", "ringing_timeout", "max_call_duration", "attributes_to_headers", "include_headers", "room_preset", "room_config", "media")
    class ParticipantAttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class HeadersToAttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class AttributesToHeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ROOM_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_IDENTITY_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    WS_URL_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_METADATA_FIELD_NUMBER: _ClassVar[int]
    SIP_TRUNK_ID_FIELD_NUMBER: _ClassVar[int]
    SIP_DISPATCH_RULE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    HEADERS_TO_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FEATURES_FIELD_NUMBER: _ClassVar[int]
    RINGING_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MAX_CALL_DURATION_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_TO_HEADERS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_HEADERS_FIELD_NUMBER: _ClassVar[int]
    ROOM_PRESET_FIELD_NUMBER: _ClassVar[int]
    ROOM_CONFIG_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    room_name: str
    participant_identity: str
    token: str
    ws_url: str
    result: SIPDispatchResult
    participant_name: str
    participant_metadata: str
    sip_trunk_id: str
    sip_dispatch_rule_id: str
    participant_attributes: _containers.ScalarMap[str, str]
    headers: _containers.ScalarMap[str, str]
    headers_to_attributes: _containers.ScalarMap[str, str]
    enabled_features: _containers.RepeatedScalarFieldContainer[int]
    ringing_timeout: bytes
    max_call_duration: bytes
    attributes_to_headers: _containers.ScalarMap[str, str]
    include_headers: int
    room_preset: str
    room_config: bytes
    media: bytes
    def __init__(self, room_name: _Optional[str] = ..., participant_identity: _Optional[str] = ..., token: _Optional[str] = ..., ws_url: _Optional[str] = ..., result: _Optional[_Union[SIPDispatchResult, str]] = ..., participant_name: _Optional[str] = ..., participant_metadata: _Optional[str] = ..., sip_trunk_id: _Optional[str] = ..., sip_dispatch_rule_id: _Optional[str] = ..., participant_attributes: _Optional[_Mapping[str, str]] = ..., headers: _Optional[_Mapping[str, str]] = ..., headers_to_attributes: _Optional[_Mapping[str, str]] = ..., enabled_features: _Optional[_Iterable[int]] = ..., ringing_timeout: _Optional[bytes] = ..., max_call_duration: _Optional[bytes] = ..., attributes_to_headers: _Optional[_Mapping[str, str]] = ..., include_headers: _Optional[int] = ..., room_preset: _Optional[str] = ..., room_config: _Optional[bytes] = ..., media: _Optional[bytes] = ...) -> None: ...

class UpdateSIPCallStateRequest(_message.Message):
    __slots__ = ("call_info", "transfer_info")
    CALL_INFO_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_INFO_FIELD_NUMBER: _ClassVar[int]
    call_info: bytes
    transfer_info: bytes
    def __init__(self, call_info: _Optional[bytes] = ..., transfer_info: _Optional[bytes] = ...) -> None: ...

class InternalCreateSIPParticipantRequest(_message.Message):
    __slots__ = ("address", "number", "call_to", "username", "password", "room_name", "participant_identity", "token", "ws_url", "dtmf", "play_dialtone", "sip_call_id", "participant_name", "participant_metadata", "transport", "participant_attributes", "sip_trunk_id", "hostname", "headers", "headers_to_attributes", "ringing_timeout", "max_call_duration", "enabled_features", "attributes_to_headers", "include_headers", "wait_until_answered", "display_name", "media", "sip_request_uri", "sip_from_header", "sip_to_header")
    class ParticipantAttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class HeadersToAttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class AttributesToHeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CALL_TO_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    ROOM_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_IDENTITY_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    WS_URL_FIELD_NUMBER: _ClassVar[int]
    DTMF_FIELD_NUMBER: _ClassVar[int]
    PLAY_DIALTONE_FIELD_NUMBER: _ClassVar[int]
    SIP_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_METADATA_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    SIP_TRUNK_ID_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    HEADERS_TO_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    RINGING_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MAX_CALL_DURATION_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FEATURES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_TO_HEADERS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_HEADERS_FIELD_NUMBER: _ClassVar[int]
    WAIT_UNTIL_ANSWERED_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    SIP_REQUEST_URI_FIELD_NUMBER: _ClassVar[int]
    SIP_FROM_HEADER_FIELD_NUMBER: _ClassVar[int]
    SIP_TO_HEADER_FIELD_NUMBER: _ClassVar[int]
    address: str
    number: str
    call_to: str
    username: str
    password: str
    room_name: str
    participant_identity: str
    token: str
    ws_url: str
    dtmf: str
    play_dialtone: bool
    sip_call_id: str
    participant_name: str
    participant_metadata: str
    transport: int
    participant_attributes: _containers.ScalarMap[str, str]
    sip_trunk_id: str
    hostname: str
    headers: _containers.ScalarMap[str, str]
    headers_to_attributes: _containers.ScalarMap[str, str]
    ringing_timeout: bytes
    max_call_duration: bytes
    enabled_features: _containers.RepeatedScalarFieldContainer[int]
    attributes_to_headers: _containers.ScalarMap[str, str]
    include_headers: int
    wait_until_answered: bool
    display_name: str
    media: bytes
    sip_request_uri: bytes
    sip_from_header: bytes
    sip_to_header: bytes
    def __init__(self, address: _Optional[str] = ..., number: _Optional[str] = ..., call_to: _Optional[str] = ..., username: _Optional[str] = ..., password: _Optional[str] = ..., room_name: _Optional[str] = ..., participant_identity: _Optional[str] = ..., token: _Optional[str] = ..., ws_url: _Optional[str] = ..., dtmf: _Optional[str] = ..., play_dialtone: _Optional[bool] = ..., sip_call_id: _Optional[str] = ..., participant_name: _Optional[str] = ..., participant_metadata: _Optional[str] = ..., transport: _Optional[int] = ..., participant_attributes: _Optional[_Mapping[str, str]] = ..., sip_trunk_id: _Optional[str] = ..., hostname: _Optional[str] = ..., headers: _Optional[_Mapping[str, str]] = ..., headers_to_attributes: _Optional[_Mapping[str, str]] = ..., ringing_timeout: _Optional[bytes] = ..., max_call_duration: _Optional[bytes] = ..., enabled_features: _Optional[_Iterable[int]] = ..., attributes_to_headers: _Optional[_Mapping[str, str]] = ..., include_headers: _Optional[int] = ..., wait_until_answered: _Optional[bool] = ..., display_name: _Optional[str] = ..., media: _Optional[bytes] = ..., sip_request_uri: _Optional[bytes] = ..., sip_from_header: _Optional[bytes] = ..., sip_to_header: _Optional[bytes] = ...) -> None: ...

class InternalCreateSIPParticipantResponse(_message.Message):
    __slots__ = ("participant_id", "participant_identity", "sip_call_id")
    PARTICIPANT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_IDENTITY_FIELD_NUMBER: _ClassVar[int]
    SIP_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    participant_id: str
    participant_identity: str
    sip_call_id: str
    def __init__(self, participant_id: _Optional[str] = ..., participant_identity: _Optional[str] = ..., sip_call_id: _Optional[str] = ...) -> None: ...

class InternalTransferSIPParticipantRequest(_message.Message):
    __slots__ = ("sip_call_id", "transfer_to", "play_dialtone", "headers", "ringing_timeout")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SIP_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_TO_FIELD_NUMBER: _ClassVar[int]
    PLAY_DIALTONE_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    RINGING_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    sip_call_id: str
    transfer_to: str
    play_dialtone: bool
    headers: _containers.ScalarMap[str, str]
    ringing_timeout: bytes
    def __init__(self, sip_call_id: _Optional[str] = ..., transfer_to: _Optional[str] = ..., play_dialtone: _Optional[bool] = ..., headers: _Optional[_Mapping[str, str]] = ..., ringing_timeout: _Optional[bytes] = ...) -> None: ...
