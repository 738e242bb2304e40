#include "news/webhook.hpp"

#include <string>

#include <gtest/gtest.h>

namespace stimmbuch::program {
namespace {

// The example that libraries of the Standard Webhooks specification publish.
TEST(Webhook, IsSignedAsTheSpecificationsExample) {
  const auto signer = WebhookSigner::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  ASSERT_TRUE(signer);
  const auto headers =
      signer->headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})");
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[0].name + ": " + headers[0].value, "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
  EXPECT_EQ(headers[1].name + ": " + headers[1].value, "webhook-timestamp: 1614265330");
  EXPECT_EQ(headers[2].name + ": " + headers[2].value,
            "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Webhook, HasASecretOfTheSpecificationsForm) {
  EXPECT_TRUE(WebhookSigner::parse("whsec_" + std::string(32, 'A')));
  EXPECT_FALSE(WebhookSigner::parse("whsec_" + std::string(28, 'A'))) << "21 bytes";
  EXPECT_FALSE(WebhookSigner::parse("whsec_" + std::string(88, 'A'))) << "66 bytes";
  EXPECT_FALSE(WebhookSigner::parse("whsec_" + std::string(31, 'A'))) << "no base64";
  EXPECT_FALSE(WebhookSigner::parse(std::string(32, 'A')));
  EXPECT_FALSE(WebhookSigner::parse(""));
}

}  // namespace
}  // namespace stimmbuch::program
