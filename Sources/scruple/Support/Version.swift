/// This program's version, which reports and files carry.
let toolVersion = "0.1.0"
