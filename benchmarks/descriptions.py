"""The configuration of Prism, WireMock and Mockoon, in the format of each."""

import json
from typing import Any

PAGE_PATH = "/v1/banking/accounts"
TOKEN_PATH = "/v1/token"


def openapi(page: Any, token: Any) -> dict[str, Any]:
    """Return two operations for Prism, which requires a bearer token and validates requests."""
    pair = {
        "type": "object",
        "required": ["client_id", "client_secret"],
        "properties": {"client_id": {"type": "string"}, "client_secret": {"type": "string"}},
    }
    end_user = {"name": "end_user_id", "in": "query", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Two operations", "version": "1"},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            PAGE_PATH: {
                "get": {"security": [{"bearer": []}], "parameters": [end_user], "responses": {"200": _example(page)}}
            },
            TOKEN_PATH: {
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": {"schema": pair}}},
                    "responses": {"200": _example(token)},
                }
            },
        },
    }


def wiremock(page: Any, token: Any) -> dict[str, Any]:
    """Return two stubs for WireMock; the first requires a bearer token and an end user."""
    required_headers = {"authorization": {"matches": "Bearer .+"}}
    return {
        "mappings": [
            {
                "request": {
                    "method": "GET",
                    "urlPath": PAGE_PATH,
                    "headers": required_headers,
                    "queryParameters": {"end_user_id": {"matches": "eu_.+"}},
                },
                "response": _stub(page),
            },
            {
                "request": {
                    "method": "POST",
                    "urlPath": TOKEN_PATH,
                    "bodyPatterns": [{"matchesJsonPath": "$.client_id"}, {"matchesJsonPath": "$.client_secret"}],
                },
                "response": _stub(token),
            },
        ]
    }


def mockoon(page: Any, token: Any) -> dict[str, Any]:
    """Return an environment for Mockoon with two routes."""
    return {
        "uuid": "00000000-0000-4000-8000-000000000000",
        "lastMigration": 33,
        "name": "Two routes",
        "port": 3000,
        "hostname": "127.0.0.1",
        "endpointPrefix": "",
        "latency": 0,
        "folders": [],
        "routes": [_route(1, "get", PAGE_PATH, page), _route(2, "post", TOKEN_PATH, token)],
        "rootChildren": [{"type": "route", "uuid": _uuid(number)} for number in (1, 2)],
        "proxyMode": False,
        "cors": False,
        "headers": [],
        "data": [],
        "callbacks": [],
    }


def _example(content: Any) -> dict[str, Any]:
    shape = {"schema": {"type": "object"}, "example": content}
    return {"description": "The response of the sandbox", "content": {"application/json": shape}}


def _stub(content: Any) -> dict[str, Any]:
    return {"status": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(content)}


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _route(number: int, method: str, path: str, content: Any) -> dict[str, Any]:
    response = {
        "uuid": _uuid(number + 10),
        "body": json.dumps(content),
        "latency": 0,
        "statusCode": 200,
        "label": "",
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "bodyType": "INLINE",
        "filePath": "",
        "databucketID": "",
        "sendFileAsBody": False,
        "rules": [],
        "rulesOperator": "OR",
        "disableTemplating": True,
        "fallbackTo404": False,
        "default": True,
        "crudKey": "id",
        "callbacks": [],
    }
    return {
        "uuid": _uuid(number),
        "type": "http",
        "documentation": "",
        "method": method,
        "endpoint": path.removeprefix("/"),
        "responses": [response],
        "responseMode": None,
        "streamingMode": None,
        "streamingInterval": 0,
    }
