/** Creates the tables of the peers if they do not exist, and a coupon. */
export const createCoupon = async (pool, couponId, quantity) => {
  await pool.query(`CREATE TABLE IF NOT EXISTS peer_coupons (
    coupon_id VARCHAR(64) PRIMARY KEY, quantity INT NOT NULL, issued INT NOT NULL DEFAULT 0)`);
  await pool.query(`CREATE TABLE IF NOT EXISTS peer_user_coupons (
    coupon_id VARCHAR(64) NOT NULL, user_id VARCHAR(128) NOT NULL, issued_at BIGINT NOT NULL,
    PRIMARY KEY (coupon_id, user_id))`);
  await pool.query("INSERT INTO peer_coupons (coupon_id, quantity) VALUES (?, ?)", [couponId, quantity]);
};

/** Issues one coupon in a transaction that locks the coupon's row. */
export const issueCoupon = async (pool, couponId, userId) => {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    const [[coupon]] = await connection.query("SELECT * FROM peer_coupons WHERE coupon_id = ? FOR UPDATE", [couponId]);
    const [[own]] = await connection.query("SELECT 1 FROM peer_user_coupons WHERE coupon_id = ? AND user_id = ?", [
      couponId,
      userId,
    ]);
    if (own !== undefined || coupon.issued >= coupon.quantity) {
      await connection.rollback();
      return own === undefined ? "sold-out" : "already-issued";
    }
    await connection.query("INSERT INTO peer_user_coupons VALUES (?, ?, ?)", [couponId, userId, Date.now()]);
    await connection.query("UPDATE peer_coupons SET issued = issued + 1 WHERE coupon_id = ?", [couponId]);
    await connection.commit();
    return "issued";
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
};
