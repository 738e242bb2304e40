#include "commands/commands.hpp"

namespace stimmbuch::program {

std::vector<Command> all_commands() {
  return {
      serve_command(),
      follow_command(),
      promote_command(),
      rejoin_command(),
      {.name = "kafka", .purpose = "Look after the ledger's topics."},
      kafka_init_command(),
      kafka_status_command(),
      kafka_verify_command(),
      kafka_replay_command(),
      token_command(),
      tally_command(),
      {.name = "import", .purpose = "Import votes that were cast elsewhere."},
      import_pabulib_command(),
      import_polis_command(),
      {.name = "export", .purpose = "Write what others need as files."},
      export_result_command(),
      {.name = "log", .purpose = "Read the ledger's records."},
      log_head_command(),
      log_cat_command(),
      log_tail_command(),
      log_export_command(),
      {.name = "projection", .purpose = "Look after the views that are computed from the log."},
      projection_list_command(),
      projection_rebuild_command(),
      projection_verify_command(),
      {.name = "audit", .purpose = "Check what the engine says against its log."},
      audit_proof_command(),
      audit_recount_command(),
      audit_verify_command(),
      demo_command(),
      {.name = "bench", .purpose = "Measure the engine on this machine."},
      bench_append_command(),
      bench_http_command(),
      bench_query_command(),
      bench_rebuild_command(),
      bench_import_command(),
      bench_publish_command(),
      bench_durability_command(),
      {.name = "config", .purpose = "Look at the settings."},
      config_check_command(),
      config_print_command(),
      completion_command(),
      version_command(),
  };
}

}  // namespace stimmbuch::program
