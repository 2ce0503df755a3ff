// A rush on one coupon with k6 (https://k6.io), on a service in open mode:
//   k6 run -e SERVICE=http://127.0.0.1:3000 -e SHOPPERS=5000 -e COUPONS=500 examples/rush.k6.js
import { check, sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";

const api = `${__ENV.SERVICE || "http://127.0.0.1:3000"}/api/v1`;
const shoppers = Number(__ENV.SHOPPERS || 5000);
const coupons = Number(__ENV.COUPONS || 500);

export const options = {
  scenarios: {
    rush: { executor: "shared-iterations", vus: Math.min(shoppers, 200), iterations: shoppers, maxDuration: "5m" },
  },
  thresholds: { checks: ["rate==1"] },
};

export function setup() {
  const coupon = { name: "Rush", quantity: coupons, discount: { type: "percent", value: 10 } };
  const opened = http.post(`${api}/coupons`, JSON.stringify(coupon), {
    headers: { "Content-Type": "application/json" },
  });
  check(opened, { "the coupon is open": ({ status }) => status === 201 });
  return { couponId: opened.json("couponId") };
}

/** One shopper claims once. */
export default function claim({ couponId }) {
  const response = http.post(`${api}/coupons/${couponId}/claims`, null, {
    headers: { "X-User-Id": `k6-${exec.scenario.iterationInTest}` },
    responseCallback: http.expectedStatuses(202, 409),
  });
  check(response, {
    "accepted or sold out": ({ status }) => status === 202 || response.json("code") === "coupon-sold-out",
  });
}

/** Waits until every accepted claim is settled. Then all stores must agree. */
export function teardown({ couponId }) {
  let audit = http.get(`${api}/coupons/${couponId}/audit`);
  for (let tries = 0; tries < 60 && audit.json("balanced") !== true; tries += 1) {
    sleep(0.5);
    audit = http.get(`${api}/coupons/${couponId}/audit`);
  }
  check(audit, {
    "issued equals the quantity": () => audit.json("issued") === Math.min(shoppers, coupons),
    "all stores agree": () => audit.json("balanced") === true,
  });
}
