"""Recomputes a published scorecard: `python recompute.py METHODOLOGY RUN EVIDENCE`, three addresses of the API."""

import json
import sys
from urllib.request import urlopen

import numpy as np


def recompute(policy, run, evidence):
    p, run = {c["name"]: c["value"] for c in policy["constants"]}, run["parameters"]
    table = {c["channel"]: np.reshape(c["days"], (-1, 5)).astype(float).T for c in evidence["results"]}
    channels, load, group = run["bounded"] | run["rates"], run["loadings"], evidence["peer_group"]
    peer = {name: q["peers"]["groups"].get(group, q["peers"]["platform"]) for name, q in channels.items()}

    def state(name, mean, between, memory):  # the daily filter: mean, variance, and what each day weighs in the mean
        q, (days, e, e2, total, _) = channels[name], table[name]
        due, spread = (e * peer[name], q["cv2"]) if name in run["rates"] else (e, q["tau2"])
        noise = q["phi"] / due + q["dispersion"] * e2 / e**2 if "phi" in q else q["within"] / e + q["day_effect"]
        v, w, speed = between, np.zeros(len(e)), max(q["drift"] / spread / 2, np.log(2) / memory)
        for k, gap in enumerate(np.diff(days, append=evidence["last_day"])):
            gain, rho = v / (v + noise[k]), np.exp(-speed * gap)
            w[:k], w[k] = w[:k] * rho * (1 - gain), rho * gain
            v = between + rho**2 * (v * (1 - gain) - between)
        return mean + w @ (total / due - mean), v, w

    def estimates(memory):  # of every mark its mean, of every rate −log of its score, and the band around each
        found, signals, counts, factor = {}, {}, {}, {}
        m, v, w = state("review", mu := peer["review"], tau2 := channels["review"]["tau2"], memory)
        if w.any():  # how far from the peers, in standard deviations between influencers, and the noise of that
            signals["review"] = np.clip((m - mu) / (1 - v / tau2) / tau2**0.5, -4, 4), v / (tau2 - v)
        for name, q in run["rates"].items():
            (_, v, w), cv2, mu, (_, e, _, *events) = state(name, 1, q["cv2"], memory), q["cv2"], peer[name], table[name]
            keep = 1 / (1 - sum(w) + evidence["doubt"][name] * sum(w) / cv2) / cv2 / mu
            n, points, exposure = counts[name] = [sum(w * x / e) * keep for x in (*events, e)]
            if w.any():
                far = np.log((1 / cv2 + n) / (1 / cv2 + exposure * mu)) * (1 + 1 / cv2 / exposure / mu)
                noise = max(v / (1 - v / cv2), q["phi"] / mu / sum(e)) + evidence["doubt"][name]
                signals[name] = np.clip(-far / np.log1p(cv2) ** 0.5, -6, 6), noise / cv2
        for name in ("review", *counts):  # what the other channels say of the one factor they share: mean and variance
            seen = [(far, load[k], 1 - load[k] ** 2 + noise) for k, (far, noise) in signals.items() if k != name]
            precision = 1 + sum(a**2 / spread for _, a, spread in seen)
            factor[name] = sum(a * far / spread for far, a, spread in seen) / precision, 1 / precision
        for name in ("professionalism", "service", "as_described"):
            (f, left), a, t = factor["review"], load[name], channels[name]["tau2"]
            prior, between = np.clip(peer[name] + a * t**0.5 * f, 0.02, 0.98), t * (1 - a**2 * (1 - left))
            m, _, w = state(name, prior, between, memory)
            reach, rest = p["recent_marks"] * between**0.5, 1 - sum(w)
            found[name] = m, m - min(reach, prior) * rest, m + min(reach, 1 - prior) * rest
        for name, (n, points, exposure) in counts.items():
            (f, left), a, q = factor[name], load[name], channels[name]
            known = (s2 := np.log1p(q["cv2"])) * (1 - a**2 * (1 - left))
            prior, alpha = peer[name] * np.exp((known - s2) / 2 - a * s2**0.5 * f), 1 / np.expm1(known)
            severity = ((k := max(p["severity_weight"], alpha, 1 / q["cv2"])) * q["severity"] + points) / (k + n)
            lost = (alpha + n) * np.log1p(severity / p[f"scale_{name}"] / (beta := alpha / prior + exposure))
            wide = np.exp(p["recent_rates"] * (known * (1 - exposure / beta)) ** 0.5)
            found[name] = lost, lost / wide, lost * wide
        return found

    slow, fast = (estimates(m) for m in (p["memory_half_life"], min(p["recent_half_life"], p["memory_half_life"])))
    middle = {name: np.clip(slow[name][0], *fast[name][1:]) for name in slow}
    score = {name: np.exp(-x) if name in run["rates"] else x for name, x in middle.items()}
    (_, ones, _, shares, _), k = table["traffic"], p["traffic_prior"]
    score["traffic"] = (sum(shares) + k * run["traffic"]["share"]) / (sum(ones) + k)
    parts = {"overall": list(score), **evidence["dimensions"]}.items()
    means = {d: np.average([score[k] for k in ks], weights=[p[f"weight_{k}"] for k in ks]) for d, ks in parts}
    return {name: round(100 * float(mean), 4) for name, mean in means.items()}


if __name__ == "__main__":
    print(json.dumps(recompute(*(json.load(urlopen(address)) for address in sys.argv[1:])), indent=1))
