"""The course: the syllabus of topics and, in time, the engine behind the assignments."""
