"""What a run estimates from everyone and scores anyone with; JSON-able, floats keep every digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ratings.scoring.bounded import BoundedParameters
from ratings.scoring.orders import OrderParameters
from ratings.scoring.priors import PeerMeans
from ratings.scoring.rate_parameters import RateParameters
from ratings.scoring.traffic import TrafficParameters


@dataclass(frozen=True)
class Parameters:
    """Everything a scorecard needs besides its influencer's own sums and the policy.

    Attributes
    ----------
    orders : what supports orders
    bounded : by mark and for the composite `review`
    rates : by rate channel
    traffic : regression and platform share
    loadings : correlation of the channels, as loadings on one factor
    """

    orders: OrderParameters
    bounded: dict[str, BoundedParameters]
    rates: dict[str, RateParameters]
    traffic: TrafficParameters
    loadings: dict[str, float]

    def document(self) -> dict[str, Any]:
        """JSON-able; `from_document` gives back the same floats."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Parameters:
        """The parameters a `document()` holds.

        Raises
        ------
        KeyError, TypeError
            When it is not such a document.
        """

        def peers(value: Mapping[str, Any]) -> dict[str, Any]:
            return {**value, "peers": PeerMeans(**value["peers"])}

        lists = ("coefficients", "inflated")
        traffic = {**document["traffic"], **{name: tuple(document["traffic"][name]) for name in lists}}
        orders = {**document["orders"], "coefficients": tuple(document["orders"]["coefficients"])}
        return cls(
            OrderParameters(**orders),
            {k: BoundedParameters(**peers(v)) for k, v in document["bounded"].items()},
            {k: RateParameters(**peers(v)) for k, v in document["rates"].items()},
            TrafficParameters(**traffic),
            dict(document["loadings"]),
        )
