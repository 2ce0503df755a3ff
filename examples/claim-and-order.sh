#!/bin/sh
# Claims a coupon, follows the result, then orders with the coupon and pays.
# Needs curl, and Rushboard in open mode:  sh examples/claim-and-order.sh [http://127.0.0.1:3000]
set -eu
service=${1:-http://127.0.0.1:3000}
run=$(date +%s)-$$ # makes the ids of this run unique

# request METHOD PATH [BODY] [HEADER]: prints the JSON response; an error response ends the script.
request() {
  curl -sS --fail-with-body -X "$1" "$service$2" -H 'X-User-Id: mina' \
    ${3:+-H 'Content-Type: application/json' -d "$3"} ${4:+-H "$4"}
}
# field NAME: prints the value of that field of the JSON on stdin; the name must occur once.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

echo "Ten coupons, and a claim:"
request POST /api/v1/coupons "{\"couponId\":\"drop-$run\",\"name\":\"Ten off\",\"quantity\":10,
  \"discount\":{\"type\":\"percent\",\"value\":10}}" >/dev/null
claim=$(request POST "/api/v1/coupons/drop-$run/claims")
echo "$claim"

echo "The result, as a stream that closes after it (the ticket in the link identifies the shopper):"
result=$(curl -sSN "$service$(echo "$claim" | field events)")
echo "$result"
coupon=$(echo "$result" | grep '"status":"succeeded"' | field userCouponId)

echo "An order that redeems the coupon:"
request POST /api/v1/products "{\"productId\":\"mug-$run\",\"name\":\"Mug\",\"unitPrice\":9000,\"stock\":10}" >/dev/null
request POST /api/v1/orders "{\"orderId\":\"order-$run\",\"items\":[{\"productId\":\"mug-$run\",\"quantity\":2}],
  \"userCouponId\":\"$coupon\"}"
echo

# Stock, coupon and price are processed after the 202.
until order=$(request GET "/api/v1/orders/order-$run") && [ "$(echo "$order" | field status)" != pending ]; do sleep 0.2; done

echo "The payment (a repeated request with the same key charges nothing more):"
request POST /api/v1/payments "{\"orderId\":\"order-$run\",\"amount\":$(echo "$order" | field total)}" "Idempotency-Key: pay-$run"
echo
request GET "/api/v1/orders/order-$run"
echo
