import Board

/// Called by each board's start-up: answers the host until it says the end.
@c(firmware_main)
public func firmwareMain() {
  var server = Server()
  server.serve()
}
