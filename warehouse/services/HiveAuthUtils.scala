package org.apache.hadoop.hive.common.auth

import java.net.{InetAddress, InetSocketAddress}
import org.apache.thrift.transport.TServerSocket

/** Takes the place of Hive's class of this name, which listens on every address of the machine. */
object HiveAuthUtils {
  def getServerSocket(host: String, port: Int): TServerSocket =
    new TServerSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port))
}
