"""What the OpenAPI schema says of itself, and how its names are made."""

SPECTACULAR_SETTINGS = {
    "TITLE": "Clearhost",
    "DESCRIPTION": "Transparent ratings of livestream-selling hosts, uncertain where they are uncertain.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ratings.api.pictures.with_badge",
        "ratings.api.problems.with_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "RemedyEnum": "feedback.models.Remedy",
        "GradeEnum": "ratings.models.scorecard.Scorecard.Grade",
        "StatusEnum": "ratings.models.scorecard.Scorecard.Status",
        "TierEnum": "ratings.models.scorecard.Scorecard.Tier",
        "LeagueEnum": "ratings.models.scorecard.Scorecard.League",
    },
}
