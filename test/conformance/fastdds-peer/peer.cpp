// A peer over eProsima Fast DDS that others would see as a ROS 2 node with rmw_fastrtps: a service's request reader and
// reply writer under ROS 2's names, a topic, and ros_discovery_info. Carries raw CDR; answers nothing. Loopback only.
// Usage: peer <domain> <node name> <service> <DDS type of the service without _Request_>
// Prints "ready", then one line for each message on rt/greeting; ends with its standard input.
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/DataReaderListener.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>

using namespace eprosima::fastdds::dds;
using eprosima::fastrtps::rtps::GUID_t;
using eprosima::fastrtps::rtps::InstanceHandle_t;
using eprosima::fastrtps::rtps::SerializedPayload_t;
using Bytes = std::vector<uint8_t>;

/** Any type, as its serialised bytes. */
class RawType : public TopicDataType {
 public:
  explicit RawType(const std::string &name) {
    setName(name.c_str());
    m_typeSize = 4096;
    m_isGetKeyDefined = false;
  }
  bool serialize(void *data, SerializedPayload_t *payload) override {
    const Bytes &bytes = *static_cast<Bytes *>(data);
    payload->encapsulation = CDR_LE;
    payload->length = static_cast<uint32_t>(bytes.size());
    std::memcpy(payload->data, bytes.data(), bytes.size());
    return true;
  }
  bool deserialize(SerializedPayload_t *payload, void *data) override {
    static_cast<Bytes *>(data)->assign(payload->data, payload->data + payload->length);
    return true;
  }
  std::function<uint32_t()> getSerializedSizeProvider(void *data) override {
    return [data] { return static_cast<uint32_t>(static_cast<Bytes *>(data)->size()); };
  }
  void *createData() override { return new Bytes(); }
  void deleteData(void *data) override { delete static_cast<Bytes *>(data); }
  bool getKey(void *, InstanceHandle_t *, bool) override { return false; }
};

/** Little-endian CDR of a ParticipantEntitiesInfo with one node. */
class Cdr {
 public:
  Bytes bytes{0, 1, 0, 0};
  void number(uint32_t value) {
    while ((bytes.size() - 4) % 4 != 0) bytes.push_back(0);
    for (int i = 0; i < 4; i++) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
  void text(const std::string &value) {
    number(static_cast<uint32_t>(value.size() + 1));
    bytes.insert(bytes.end(), value.begin(), value.end());
    bytes.push_back(0);
  }
  void gid(const GUID_t &guid) {
    bytes.insert(bytes.end(), guid.guidPrefix.value, guid.guidPrefix.value + 12);
    bytes.insert(bytes.end(), guid.entityId.value, guid.entityId.value + 4);
  }
};

class Printer : public DataReaderListener {
 public:
  void on_data_available(DataReader *reader) override {
    Bytes bytes;
    SampleInfo info;
    while (reader->take_next_sample(&bytes, &info) == ReturnCode_t::RETCODE_OK)
      if (info.valid_data) std::cout << "greeting of " << bytes.size() << " bytes" << std::endl;
  }
};

int main(int count, char **words) {
  if (count != 5) return 2;
  const std::string node = words[2], service = words[3], type = words[4];
  DomainParticipantQos qos = PARTICIPANT_QOS_DEFAULT;
  const auto loopback = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
  loopback->interfaceWhiteList.push_back("127.0.0.1");
  qos.transport().use_builtin_transports = false;
  qos.transport().user_transports.push_back(loopback);
  DomainParticipant *participant =
      DomainParticipantFactory::get_instance()->create_participant(std::stoi(words[1]), qos);
  if (participant == nullptr) return 1;
  Publisher *publisher = participant->create_publisher(PUBLISHER_QOS_DEFAULT);
  Subscriber *subscriber = participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT);
  const auto topic = [&](const std::string &name, const std::string &typeName) {
    TypeSupport(new RawType(typeName)).register_type(participant);
    return participant->create_topic(name, typeName, TOPIC_QOS_DEFAULT);
  };
  DataReaderQos readerQos = DATAREADER_QOS_DEFAULT;
  readerQos.reliability().kind = RELIABLE_RELIABILITY_QOS;
  DataWriterQos writerQos = DATAWRITER_QOS_DEFAULT;
  writerQos.reliability().kind = RELIABLE_RELIABILITY_QOS;

  DataReader *requests =
      subscriber->create_datareader(topic("rq" + service + "Request", type + "_Request_"), readerQos);
  DataWriter *replies =
      publisher->create_datawriter(topic("rr" + service + "Reply", type + "_Response_"), writerQos);
  Printer printer;
  DataReader *greetings = subscriber->create_datareader(
      topic("rt/greeting", "std_msgs::msg::dds_::String_"), readerQos, &printer);

  writerQos.durability().kind = TRANSIENT_LOCAL_DURABILITY_QOS;
  DataWriter *discovery = publisher->create_datawriter(
      topic("ros_discovery_info", "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_"), writerQos);
  Cdr info;
  info.gid(participant->guid());
  info.number(1);
  info.text("/");
  info.text(node);
  info.number(2);
  info.gid(requests->guid());
  info.gid(greetings->guid());
  info.number(1);
  info.gid(replies->guid());
  discovery->write(&info.bytes);

  std::cout << "ready" << std::endl;
  while (std::getchar() != EOF) continue;
  participant->delete_contained_entities();
  DomainParticipantFactory::get_instance()->delete_participant(participant);
  return 0;
}
