META
key;value
description;Village green
num_projects;3
num_votes;3
budget;900.50
vote_type;approval
rule;greedy
min_length;1
max_length;2
PROJECTS
project_id;cost;votes;name;selected
A1;400;2;Well;1
A2;300.25;1;"Bench; two seats";0
A/3;100;1;"Say ""hello""";1
VOTES
voter_id;vote;age;sex;voting_method
1;A1,A/3;30;F;internet
2;A2;;;paper
3;A1,A1;44;M;internet
