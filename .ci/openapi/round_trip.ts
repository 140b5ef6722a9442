// Places, reads, changes and deletes an order, with the types of openapi-typescript.
//
// usage: node round_trip.js URL, with the API key in the variable `KEY`.
//
// What has a type here would not compile if the document described something else.

import createClient from "openapi-fetch";
import type { components, paths } from "./orders.js";

declare const process: { argv: string[]; env: Record<string, string | undefined> };

type Order = components["schemas"]["Order"];
type Problem = components["schemas"]["Problem"];

function check(what: string, holds: boolean, found: unknown): void {
    if (!holds) {
        throw new Error(`${what}: found ${JSON.stringify(found)}`);
    }
    console.log(`ok: ${what}`);
}

const baseUrl = process.argv[2];
if (baseUrl === undefined) {
    throw new Error("usage: node round_trip.js URL");
}
const anonymous = createClient<paths>({ baseUrl });
const client = createClient<paths>({
    baseUrl,
    headers: { Authorization: `Bearer ${process.env["KEY"]}` },
});

const rejected = await anonymous.GET("/orders");
const problem: Problem | undefined = rejected.error;
check("an anonymous request is rejected", rejected.response.status === 401, problem);
check("as a problem with a code", problem?.code === "unauthorized", problem);

const tea: components["schemas"]["NewOrder"] = { sku: "tea", quantity: 2 };
const placed = await client.POST("/orders", { body: tea });
const order: Order | undefined = placed.data;
if (order === undefined) {
    throw new Error(`an order is placed: found ${JSON.stringify(placed.error)}`);
}
check("an order is placed", placed.response.status === 201, order);
const location = placed.response.headers.get("location");
check("it has a location", location === `/orders/${order.id}`, location);

const id = { path: { id: order.id } };
const read = await client.GET("/orders/{id}", { params: id });
check("it is read back", read.data?.sku === order.sku && read.data.version === order.version, read);

const seen = { ...id, header: { "if-match": `"${order.version}"` } };
const body = { ...tea, quantity: 3 };
const changed = await client.PUT("/orders/{id}", { params: seen, body });
check("it is changed", changed.data?.quantity === 3, changed);
const late = await client.PUT("/orders/{id}", { params: seen, body });
check("a late change is rejected", late.error?.code === "order_changed", late);

const page = await client.GET("/orders", { params: { query: { "page-size": 100 } } });
check("it is listed", page.data?.orders.some((it) => it.id === order.id) === true, page);
const invalid = await client.POST("/orders", { body: { ...tea, quantity: 0 } });
check("an invalid value is listed", invalid.error?.errors?.length === 1, invalid);

const deleted = await client.DELETE("/orders/{id}", { params: id });
check("it is deleted", deleted.response.status === 204, deleted);
const gone = await client.GET("/orders/{id}", { params: id });
check("it is gone", gone.error?.code === "order_not_found", gone);
