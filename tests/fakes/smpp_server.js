// An SMSC on npm's smpp, for tests/integration/test_smpp.py: takes messages, sends receipts, brings two messages.
// Prints one JSON object a line: first {"port"}, then each whole message that it was given.
"use strict";
const smpp = require("smpp");

const BROUGHT = ["OK [1] 5€", "冇水,三组晒谷场边上😀".repeat(20)];
const PART_UNITS = 67;
const receivers = [];
const parts = new Map();
let count = 0;

function print(fact) {
  process.stdout.write(JSON.stringify(fact) + "\n");
}

function deliver(pdu) {
  receivers[0].deliver_sm({ source_addr_ton: 1, source_addr_npi: 1, destination_addr: "10690", ...pdu });
}

function bring(text) {
  const source_addr = "8613900007001";
  if (text.length <= PART_UNITS) {
    deliver({ source_addr, data_coding: 0, short_message: text });
    return;
  }
  const total = Math.ceil(text.length / PART_UNITS);
  for (let part = 1; part <= total; part += 1) {
    const message = Buffer.from(text.slice((part - 1) * PART_UNITS, part * PART_UNITS), "utf16le").swap16();
    const udh = Buffer.from([5, 0, 3, 77, total, part]);
    deliver({ source_addr, data_coding: 8, esm_class: 0x40, short_message: { udh, message } });
  }
}

function take(pdu, message_id) {
  const { message, udh } = pdu.short_message;
  const [, total, part] = udh ? udh[0].subarray(2) : [0, 1, 1];
  const collected = (parts.get(pdu.destination_addr) || "") + message;
  parts.set(pdu.destination_addr, part < total ? collected : "");
  if (part === total) {
    print({ from: pdu.source_addr, to: pdu.destination_addr, text: collected });
  }
  if (pdu.registered_delivery) {
    const text = `id:${message_id} sub:001 dlvrd:001 submit date:2611220538 done date:2611220539 stat:DELIVRD err:000 text:`;
    deliver({ source_addr: pdu.destination_addr, esm_class: 4, short_message: text });
  }
}

const server = smpp.createServer((session) => {
  session.on("error", () => {});
  session.on("bind_transmitter", (pdu) => session.send(pdu.response()));
  session.on("bind_receiver", (pdu) => {
    session.send(pdu.response());
    receivers.push(session);
    BROUGHT.forEach(bring);
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => session.send(pdu.response()));
  session.on("submit_sm", (pdu) => {
    if (pdu.source_addr !== "10690") {
      session.send(pdu.response({ command_status: smpp.ESME_RINVSRCADR }));
      return;
    }
    count += 1;
    const message_id = `node-${count}`;
    session.send(pdu.response({ message_id }));
    take(pdu, message_id);
  });
});
server.listen(0, "127.0.0.1", () => print({ port: server.address().port }));
