#!/bin/sh
# From a claim to its result, and on to an order that redeems the coupon and is paid.
# Needs curl, and Rushboard in open mode:  sh examples/claim-and-order.sh [http://127.0.0.1:3000]
set -eu
service=${1:-http://127.0.0.1:3000}
run=$(date +%s)-$$ # ids of this run

# ask METHOD PATH [BODY] [HEADER]: the answer's JSON; ends the script where it is a problem.
ask() {
  curl -sS --fail-with-body -X "$1" "$service$2" -H 'X-User-Id: mina' \
    ${3:+-H 'Content-Type: application/json' -d "$3"} ${4:+-H "$4"}
}
# field NAME: its value in the JSON on stdin, good for names that are there once.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

echo "A drop of ten coupons, and a claim:"
ask POST /api/v1/coupons "{\"couponId\":\"drop-$run\",\"name\":\"Ten off\",\"quantity\":10,
  \"discount\":{\"type\":\"percent\",\"value\":10}}" >/dev/null
claim=$(ask POST "/api/v1/coupons/drop-$run/claims")
echo "$claim"

echo "Its result, as a stream that ends by itself (the ticket in the link stands for the shopper):"
result=$(curl -sSN "$service$(echo "$claim" | field events)")
echo "$result"
coupon=$(echo "$result" | grep '"status":"succeeded"' | field userCouponId)

echo "An order that redeems it:"
ask POST /api/v1/products "{\"productId\":\"mug-$run\",\"name\":\"Mug\",\"unitPrice\":9000,\"stock\":10}" >/dev/null
ask POST /api/v1/orders "{\"orderId\":\"order-$run\",\"items\":[{\"productId\":\"mug-$run\",\"quantity\":2}],
  \"userCouponId\":\"$coupon\"}"
echo

# Stock, coupon and price follow by themselves.
until order=$(ask GET "/api/v1/orders/order-$run") && [ "$(echo "$order" | field status)" != pending ]; do sleep 0.2; done

echo "Paid; the same key again would charge nothing more:"
ask POST /api/v1/payments "{\"orderId\":\"order-$run\",\"amount\":$(echo "$order" | field total)}" "Idempotency-Key: pay-$run"
echo
ask GET "/api/v1/orders/order-$run"
echo
