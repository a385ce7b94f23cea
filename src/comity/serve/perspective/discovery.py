"""The discovery document, from which Google's clients learn where to send what."""

from __future__ import annotations

from typing import Any

_METHODS = {
    "analyze": ("AnalyzeComment", "Scores a comment in the requested attributes."),
    "suggestscore": ("SuggestCommentScore", "Says which scores a comment should have had."),
}


def discovery_document(root_url: str) -> dict[str, Any]:
    """root_url: where this API is found from outside, with a slash at its end."""
    messages = [f"{name}{kind}" for name, _ in _METHODS.values() for kind in ("Request", "Response")]
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "title": "Perspective Comment Analyzer API, served by Comity",
        "version": "v1alpha1",
        "protocol": "rest",
        "rootUrl": root_url,
        "baseUrl": root_url,
        "servicePath": "",
        "basePath": "",
        "batchPath": "batch",
        "parameters": {
            "key": {"type": "string", "location": "query", "description": "API key."},
            "alt": {"type": "string", "location": "query", "default": "json", "enum": ["json"]},
            "prettyPrint": {"type": "boolean", "location": "query", "default": "true"},
        },
        "schemas": {name: {"id": name, "type": "object", "properties": {}} for name in messages},
        "resources": {"comments": {"methods": {name: _method(name) for name in _METHODS}}},
    }


def _method(name: str) -> dict[str, Any]:
    message, description = _METHODS[name]
    path = f"v1alpha1/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "description": description,
        "path": path,
        "flatPath": path,
        "httpMethod": "POST",
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{message}Request"},
        "response": {"$ref": f"{message}Response"},
    }
