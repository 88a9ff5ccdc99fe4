"""Lets scim2-tester, which is not ours, check a running portal: `check.py ADDRESS < TOKEN`."""

import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

FINE = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


def main() -> int:
    address, token = sys.argv[1], sys.stdin.readline().strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=address, headers=headers, trust_env=False) as http:
        results = check_server(SyncSCIMClient(http))
    for result in results:
        if result.status not in FINE:
            print(f"{result.status.name} {result.resource_type or ''} {result.title}: {result.reason}")
    fine = sum(result.status in FINE for result in results)
    print(f"{fine} of {len(results)} checks passed")
    # Nothing was checked where the description of the service could not be read.
    return 0 if fine == len(results) and fine > 60 else 1


if __name__ == "__main__":
    sys.exit(main())
