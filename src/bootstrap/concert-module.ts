import { SqlWebhookDeliveries } from "../adapters/sql/sql-webhook-deliveries.js";
import { HttpWebhookTarget } from "../adapters/webhook/http-webhook-target.js";
import { isPlainlyPrivate } from "../adapters/webhook/public-address.js";
import { WatchBoards } from "../application/board/watch-boards.js";
import { AnnounceSoldOut } from "../application/concert/announce-sold-out.js";
import { CancelReservation } from "../application/concert/cancel-reservation.js";
import { ExpireHolds } from "../application/concert/expire-holds.js";
import { HoldSeat } from "../application/concert/hold-seat.js";
import { ListSoldOut } from "../application/concert/list-sold-out.js";
import { RankSoldOut } from "../application/concert/rank-sold-out.js";
import { RebuildSoldOutBoard } from "../application/concert/rebuild-sold-out-board.js";
import { ScheduleConcert } from "../application/concert/schedule-concert.js";
import { DeliverWebhooks, webhookBackoff } from "../application/webhook/deliver-webhooks.js";
import { Tokens as T } from "./tokens.js";
import { make, wiring } from "./wiring.js";

/** Concerts, seats and their boards; the same in every profile. */
export const concertModule = wiring((wire) => {
  wire(T.scheduleConcert, [T.work, T.clock], make(ScheduleConcert));
  wire(
    T.holdSeat,
    [T.concerts, T.work, T.clock, T.newId, T.config],
    (concerts, work, clock, newId, config) =>
      new HoldSeat(concerts, work, clock, newId, config.HOLD_TTL_SECONDS * 1000),
  );
  wire(T.cancelReservation, [T.work, T.clock], make(CancelReservation));
  wire(T.expireHolds, [T.concerts, T.work, T.clock], make(ExpireHolds));

  wire(T.ranking, [T.config], ({ SOLD_OUT_SCORE: policy, BUSINESS_TIME_ZONE: zone }) => ({ policy, zone }));
  wire(T.rebuildSoldOutBoard, [T.soldOutBoard, T.soldOutRecords, T.clock, T.ranking], make(RebuildSoldOutBoard));
  wire(T.rankSoldOut, [T.soldOutBoard, T.rebuildSoldOutBoard, T.boardNotices, T.clock, T.ranking], make(RankSoldOut));
  wire(
    T.listSoldOut,
    [T.soldOutBoard, T.soldOutRecords, T.ranking],
    (board, records, { policy }) => new ListSoldOut(board, records, policy),
  );
  wire(
    T.announceSoldOut,
    [T.work, T.clock, T.config],
    (work, clock, config) => new AnnounceSoldOut(work, clock, config.WEBHOOK_URL !== undefined),
  );
  wire(T.deliverWebhooks, [T.database, T.clock, T.config, T.log], (db, clock, config, log) => {
    const { WEBHOOK_URL: url, WEBHOOK_SECRET: key, WEBHOOK_ALLOW_PRIVATE: allowPrivate } = config;
    if (url === undefined || key === undefined) return null;
    if (!allowPrivate && isPlainlyPrivate(url))
      log.warn(
        { setting: "WEBHOOK_URL" },
        "no sell-out is told to a private address without WEBHOOK_ALLOW_PRIVATE=true",
      );
    const target = new HttpWebhookTarget({ url, key, allowPrivate }, clock);
    return new DeliverWebhooks(new SqlWebhookDeliveries(db, clock), target, webhookBackoff(Math.random), clock);
  });
  wire(T.watchBoards, [T.boardNotices, T.clock, T.zone], make(WatchBoards));
});
