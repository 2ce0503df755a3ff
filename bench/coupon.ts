import type { Program } from "./program.js";

/** Opens a coupon and returns the path of its claims. */
export const createCoupon = async ({ url }: Program, couponId: string, quantity: number): Promise<string> => {
  const path = `/api/v1/coupons`;
  const coupon = { couponId, name: "Bench", quantity, discount: { type: "percent", value: 10 } };
  const response = await fetch(new URL(path, url), {
    method: "POST",
    headers: { "content-type": "application/json", "x-user-id": "operator" },
    body: JSON.stringify(coupon),
  });
  if (response.status !== 201) throw new Error(`opening a coupon returned ${response.status} ${await response.text()}`);
  return `${path}/${couponId}/claims`;
};

export const mostCoupons = 10_000_000;
