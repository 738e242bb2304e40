#pragma once

#include <vector>

#include "cli/command.hpp"

namespace stimmbuch::program {

Command serve_command();
Command follow_command();
Command promote_command();
Command rejoin_command();
Command kafka_init_command();
Command kafka_status_command();
Command kafka_verify_command();
Command kafka_replay_command();
Command token_command();
Command tally_command();
Command import_pabulib_command();
Command import_polis_command();
Command export_result_command();
Command news_send_command();
Command log_head_command();
Command log_cat_command();
Command log_tail_command();
Command log_export_command();
Command log_rotate_key_command();
Command projection_list_command();
Command projection_rebuild_command();
Command projection_verify_command();
Command audit_draw_command();
Command vault_rotate_command();
Command vault_sweep_command();
Command audit_proof_command();
Command audit_recount_command();
Command audit_verify_command();
Command roll_open_command();
Command backup_command();
Command restore_command();
Command demo_command();
Command bench_append_command();
Command bench_http_command();
Command bench_query_command();
Command bench_rebuild_command();
Command bench_proof_command();
Command bench_import_command();
Command bench_publish_command();
Command bench_durability_command();
Command config_check_command();
Command config_print_command();
Command completion_command();
Command version_command();

// The commands of the program and the groups that they are in, as the manual lists them.
std::vector<Command> all_commands();

}  // namespace stimmbuch::program
